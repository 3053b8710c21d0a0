import JobmonCore
import JobmonReporting
import JobmonViews
import Logging
import Synchronization

/// What the page is answered with: one query layer, which the snapshot and the ledger fill.
struct Seeing: Sendable {
    let ledger: any Ledger
    let writer: EventWriter
    let keeper: SnapshotKeeper
    let door: PageDoor
    /// Nil: the ledger is in memory, without a directory.
    let layout: DirectoryLayout?
    let time: TimeSource
    let refusals: RefusalLog
    /// When the monitor started.
    let started: Timestamp
    let differences: GroupDifferences
    let cache = AnswerCache()
    let pictures: MosaicPictures

    /// Whether a `jobmon run` works on a queue now.
    func isLive(_ queue: String) -> Bool {
        layout.flatMap { FileLock.isHeld($0.queueLock(queue)) } ?? false
    }

    /// The option by which commands name the directory.
    var again: String { layout.map { " -d \(ShellWord.quoted($0.root))" } ?? "" }
}

/// Answers that are asked for again while nothing changed, as by many pages of one run. All of them ask at the same tick:
/// what is asked for while it is made is made once too.
final class AnswerCache: Sendable {
    private typealias Made = Result<[UInt8], Problem>

    private struct State {
        var version = -1
        var answers: [String: [UInt8]] = [:]
        var bytes = 0
        /// Those who wait for an answer that is being made, by version and question.
        var waiting: [String: [CheckedContinuation<Made?, Never>]] = [:]
    }

    private enum Step {
        case known([UInt8])
        case wait
        case make
    }

    private static let mostBytes = 16 << 20
    private let state = Mutex(State())

    /// The answer to a question at a version: the one that is known, or that `make` makes.
    /// - Throws: what `make` throws, to all who wait for it.
    func answer(
        _ question: String, version: Int, _ make: () async throws(Problem) -> [UInt8]
    ) async throws(Problem) -> [UInt8] {
        let key = "\(version) \(question)"
        let step = state.withLock { state -> Step in
            if state.version == version, let known = state.answers[question] { return .known(known) }
            if state.waiting[key] != nil { return .wait }
            state.waiting[key] = []
            return .make
        }
        switch step {
        case .known(let answer): return answer
        case .wait:
            if let made = await wait(key) { return try made.get() }
            // It was made meanwhile.
            return try await answer(question, version: version, make)
        case .make:
            let made: Made
            do throws(Problem) { made = .success(try await make()) } catch { made = .failure(error) }
            let waiting = state.withLock { state in
                if case .success(let answer) = made { Self.keep(answer, of: question, version: version, &state) }
                return state.waiting.removeValue(forKey: key) ?? []
            }
            for one in waiting { one.resume(returning: made) }
            return try made.get()
        }
    }

    /// Nil: nobody makes it any more.
    private func wait(_ key: String) async -> Made? {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state -> Bool in
                guard state.waiting[key] != nil else { return true }
                state.waiting[key]?.append(continuation)
                return false
            }
            if isOver { continuation.resume(returning: nil) }
        }
    }

    private static func keep(_ answer: [UInt8], of question: String, version: Int, _ state: inout State) {
        // An older answer does not displace those of now.
        guard version >= state.version, answer.count <= mostBytes else { return }
        if state.version != version || state.bytes + answer.count > mostBytes {
            state.version = version
            state.answers = [:]
            state.bytes = 0
        }
        guard state.answers.updateValue(answer, forKey: question) == nil else { return }
        state.bytes += answer.count
    }
}

/// What sets the jobs of groups of errors apart, found out in the background: it takes long in large ledgers, and
/// changes slowly.
actor GroupDifferences {
    private let ledger: any Ledger
    private let time: TimeSource
    private let onNews: @Sendable () async -> Void
    private var found: [Int64: (sentences: [String], jobs: Int, at: Double)] = [:]
    private var wanted: [(number: Int64, jobs: Int)] = []
    private var isAtWork = false

    /// Seconds for which a comparison counts although the group grew.
    private static let freshSeconds = 30.0

    init(ledger: any Ledger, time: TimeSource, onNews: @escaping @Sendable () async -> Void) {
        self.ledger = ledger
        self.time = time
        self.onNews = onNews
    }

    /// What is known of these groups. What is not known yet, or too old, is found out for a later question.
    func known(_ groups: [(number: Int64, jobs: Int)]) -> [Int64: [String]] {
        let now = time.steadySeconds()
        wanted = groups.filter { group in
            guard let known = found[group.number] else { return true }
            return known.jobs != group.jobs && now - known.at > Self.freshSeconds
        }
        if !wanted.isEmpty, !isAtWork {
            isAtWork = true
            Task { await work() }  // allowed: it ends when nothing is wanted any more
        }
        return found.mapValues(\.sentences)
    }

    private func work() async {
        var isNew = false
        while !wanted.isEmpty {
            let group = wanted.removeFirst()
            let sentences = await compare(group.number)
            isNew = isNew || sentences != found[group.number]?.sentences ?? []
            found[group.number] = (sentences, group.jobs, time.steadySeconds())
        }
        isAtWork = false
        if isNew { await onNews() }
    }

    private func compare(_ group: Int64) async -> [String] {
        do throws(Problem) {
            let comparison = try await JobComparison.of(group: group, queue: nil, in: ledger)
            return try await comparison?.differences().prefix(3).map(\.sentence) ?? []
        } catch {
            // The rest is worth as much without it.
            return []
        }
    }
}
