import FoundationEssentials
import JobmonCore

/// What a monitor records, as it happens, in order and without a gap. Each iteration begins anew; one that is cancelled
/// ends.
///
/// `init(directory:)` follows a directory from monitor to monitor: while none is there it waits, and then goes on where it
/// was. To go on in a later run of the program, keep the last `sequence` and give it as `after`.
public struct JobEvents: AsyncSequence, Sendable {
    /// The next changes; nil at the end.
    typealias Reader = @Sendable () async -> [Change]?

    private let begin: @Sendable () async -> Reader

    init(begin: @escaping @Sendable () async -> Reader) { self.begin = begin }

    /// Follows a directory's monitors.
    /// - Parameters:
    ///   - directory: a monitor's directory; there need be no monitor yet.
    ///   - sequence: the number after which to begin; nil: from now on.
    /// - Throws: `invalid` when the path is none.
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

    /// Reads what one monitor publishes, to its end.
    static func reader(of connection: any MonitorConnection, after sequence: Int64?) async -> Reader {
        let follower = OneStream()
        return { await follower.next { () async throws in try await connection.follow(after: sequence) } }
    }

    /// Begins to follow.
    public func makeAsyncIterator() -> Iterator { Iterator(begin: begin) }

    /// Where one iteration is. Used by one task at a time.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let begin: @Sendable () async -> Reader
        private var reader: Reader?
        private var waiting: ArraySlice<Change> = []

        fileprivate init(begin: @escaping @Sendable () async -> Reader) { self.begin = begin }

        /// The next change; nil at the end and when the task is cancelled.
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

/// A stream that is begun by its first reading.
private actor OneStream {
    private var iterator: AsyncThrowingStream<[Change], any Error>.AsyncIterator?

    func next(_ begin: @Sendable () async throws -> AsyncThrowingStream<[Change], any Error>) async -> [Change]? {
        do {
            var reader: AsyncThrowingStream<[Change], any Error>.AsyncIterator
            if let iterator { reader = iterator } else { reader = try await begin().makeAsyncIterator() }
            iterator = reader
            return try await reader.next(isolation: self)
        } catch {
            // The monitor of this process has ended, and its stream with it.
            return nil
        }
    }
}
