/// Texts as a command gets them: exact bytes, one after the other, each with a NUL at its end. (One allocation for
/// all: thousands of commands are started in a second.)
package struct PackedTexts: Sendable, Equatable {
    package private(set) var bytes: [UInt8] = []
    package private(set) var count = 0

    package init() {}

    package init(_ texts: [[UInt8]]) {
        for text in texts { append(text) }
    }

    package init(_ texts: [String]) {
        for text in texts { append(text) }
    }

    /// Appends a text; what follows a NUL in it can't be handed to a command and is left out.
    package mutating func append(_ text: some Sequence<UInt8>) {
        for byte in text {
            if byte == 0 { break }
            bytes.append(byte)
        }
        bytes.append(0)
        count += 1
    }

    package mutating func append(_ text: String) { append(text.utf8) }

    /// The first text, lossy: for messages.
    package var first: String { String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
}

/// A command to start.
package struct Command: Sendable {
    /// What stdin is.
    package enum Input: Sendable {
        /// Ours.
        case inherited
        /// At its end.
        case empty
        /// A descriptor of ours, which stays ours to close.
        case descriptor(Int32)
        case closed
    }

    /// What stdout and stderr are.
    package enum Output: Sendable {
        /// Ours.
        case inherited
        /// `/dev/null`.
        case discarded
        /// A descriptor of ours, which stays ours to close.
        case descriptor(Int32)
        /// A file that is made or emptied. Its folder is there.
        case file(String)
        /// Only the last 64 KiB are kept, and come with the command's end.
        case tail
        case closed
    }

    /// The program, which is looked up on the command's own PATH as execvp does, and its arguments.
    package var arguments: PackedTexts
    /// `NAME=value` to add to our environment, replacing what it has of that name; `NAME` alone takes it away.
    package var additions = PackedTexts()
    /// Where it runs; nil: where we do.
    package var directory: String?
    package var stdin = Input.empty
    package var stdout = Output.inherited
    package var stderr = Output.inherited
    /// It gets a process group of its own, which ends with it when we end it. Else it stays in ours.
    package var ownGroup = true
    /// The instance that it is, which its processes carry as `JOBMON_INSTANCE`; nil: they carry no key of its own.
    package var instance: String?
    /// The kernel kills it when we are killed. Programs that work as another user than they were started by lose that at
    /// their start. (Not with `startsFast`.)
    package var diesWithUs = false
    /// It gets no descriptor above 2.
    package var closesOthers = true
    /// Signal dispositions and mask as we were started with; else all default and none blocked.
    package var signalsAsStarted = false
    /// It starts without a copy of our memory, and nobody waits for it: several times as fast, but our own peak of memory
    /// is the least that can be seen of its own (`Usage.maxrssAtMost`), and that it can't be executed is said by its end.
    package var startsFast = true
    /// Seconds after which it is ended: TERM, then KILL after the grace.
    package var timeLimit: Double?
    /// Whether `Started.process` has the start time, which costs a look into /proc.
    package var looksUpStartTime = true

    package init(_ arguments: PackedTexts) { self.arguments = arguments }
}
