import FoundationEssentials
import JobmonCore

/// The changes that a monitor records, in order and without a gap. Each iteration starts anew. An iteration
/// ends when its task is cancelled.
///
/// `init(directory:)` follows a directory from monitor to monitor: while there is none, it waits, and then continues
/// where it was. To continue in a later run of the program, keep the last `sequence` and pass it as `after`.
public struct JobEvents: AsyncSequence, Sendable {
    /// Returns the next changes; nil at the end.
    typealias Reader = @Sendable () async -> [Change]?

    private let begin: @Sendable () async -> Reader

    init(begin: @escaping @Sendable () async -> Reader) { self.begin = begin }

    /// Follows a directory's monitors.
    /// - Parameters:
    ///   - directory: a monitor's directory. There need not be a monitor yet.
    ///   - sequence: follow the changes after this number; nil: from now on.
    /// - Throws: `invalid` if the path is empty.
    public init(directory: String, after sequence: Int64? = nil) throws(JobmonError) {
        let layout: DirectoryLayout
        do throws(Problem) { layout = try DirectoryLayout(of: directory) } catch { throw JobmonError(error) }
        begin = {
            let follower = ChangeFollower.following(layout, after: sequence)
            return {
                while let news = await follower.next() {
                    if case .changes(let changes) = news { return changes }
                }
                return nil
            }
        }
    }

    /// Reads the changes of one monitor until it ends.
    static func reader(of connection: any MonitorConnection, after sequence: Int64?) async -> Reader {
        let follower = OneStream()
        return { await follower.next { () async throws in try await connection.follow(after: sequence) } }
    }

    /// Starts an iteration.
    public func makeAsyncIterator() -> Iterator { Iterator(begin: begin) }

    /// The state of one iteration. For use by one task at a time.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let begin: @Sendable () async -> Reader
        private var reader: Reader?
        private var waiting: ArraySlice<Change> = []

        fileprivate init(begin: @escaping @Sendable () async -> Reader) { self.begin = begin }

        /// The next change; nil at the end, and if the task is cancelled.
        public mutating func next() async -> JobEvent? {
            while waiting.isEmpty {
                let reader: Reader
                if let begun = self.reader { reader = begun } else { reader = await begin() }
                self.reader = reader
                guard let changes = await reader() else { return nil }
                waiting = changes[...]
            }
            return waiting.popFirst().map { JobEvent($0) }
        }
    }
}

/// A stream that starts when it is first read.
private actor OneStream {
    private var iterator: AsyncThrowingStream<[Change], any Error>.AsyncIterator?

    func next(_ begin: @Sendable () async throws -> AsyncThrowingStream<[Change], any Error>) async -> [Change]? {
        do {
            var reader: AsyncThrowingStream<[Change], any Error>.AsyncIterator
            if let iterator { reader = iterator } else { reader = try await begin().makeAsyncIterator() }
            iterator = reader
            return try await reader.next(isolation: self)
        } catch {
            // The monitor of this process has ended, and with it the stream.
            return nil
        }
    }
}
