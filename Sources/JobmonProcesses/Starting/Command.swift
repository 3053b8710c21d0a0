/// Texts for a command: exact bytes, one after the other, each ending with a NUL. (One allocation for all: thousands of
/// commands are started per second.)
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

    /// Appends a text. If it contains a NUL, the rest cannot be passed to a command and is omitted.
    package mutating func append(_ text: some Sequence<UInt8>) {
        for byte in text {
            if byte == 0 { break }
            bytes.append(byte)
        }
        bytes.append(0)
        count += 1
    }

    package mutating func append(_ text: String) { append(text.utf8) }

    /// The first text, with invalid UTF-8 replaced: for messages.
    package var first: String { String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
}

/// A command to start.
package struct Command: Sendable {
    /// The command's stdin.
    package enum Input: Sendable {
        /// The stdin of this process.
        case inherited
        /// Empty.
        case empty
        /// A descriptor of this process, which the caller closes.
        case descriptor(Int32)
        case closed
    }

    /// The command's stdout or stderr.
    package enum Output: Sendable {
        /// The same as of this process.
        case inherited
        /// `/dev/null`.
        case discarded
        /// A descriptor of this process, which the caller closes.
        case descriptor(Int32)
        /// A file that is created or emptied. Its folder must exist.
        case file(String)
        /// A pipe of which only the last 64 KiB are kept; they come with the command's end.
        case tail
        case closed
    }

    /// The program, which is searched on the command's own PATH as by execvp, and its arguments.
    package var arguments: PackedTexts
    /// `NAME=value` to add to or replace in our environment; `NAME` alone removes the variable.
    package var additions = PackedTexts()
    /// The working directory; nil: ours.
    package var directory: String?
    package var stdin = Input.empty
    package var stdout = Output.inherited
    package var stderr = Output.inherited
    /// The command gets its own process group, all of which ends when the command is ended. Else it stays in our group.
    package var ownGroup = true
    /// The key of its instance, which its processes carry as `JOBMON_INSTANCE`; nil: they carry no key of its own.
    package var instance: String?
    /// The kernel kills it if this process is killed. A program that runs as another user than it was started by loses
    /// this at its start. (Not with `startsFast`.)
    package var diesWithUs = false
    /// It inherits no descriptor above 2.
    package var closesOthers = true
    /// Signal dispositions and mask as this process was started with; else all default and none blocked.
    package var signalsAsStarted = false
    /// Start without copying our memory and without waiting, which is several times as fast. But our own peak memory is
    /// then the least that can be seen of the command's (`Usage.maxrssAtMost`), and only its end reports that it could
    /// not be executed.
    package var startsFast = true
    /// Seconds after which it is ended: TERM, then KILL after the grace period.
    package var timeLimit: Double?
    /// Bytes of memory, of all its processes together, above which it is ended as by its time limit; nil: no limit.
    package var memoryLimit: Int64?
    /// Whether `Started.process` has the start time, which costs a lookup in /proc.
    package var looksUpStartTime = true

    package init(_ arguments: PackedTexts) { self.arguments = arguments }
}
