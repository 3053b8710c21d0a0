import JobmonCore
import JobmonWire

/// What a batch executor knows of its array jobs and their tasks: a value, without clock or I/O.
struct BatchState: Sendable {
    /// An array job.
    struct Batch: Sendable {
        var key: String
        var name: String
        var intended: Timestamp
        /// Instances; task 1 is the first.
        var keys: [String]
        /// The scheduler's id; nil while it is not known whether the scheduler has it.
        var job: String?
        /// When the submit was over, on the steady clock: a list that was begun before says nothing of it.
        var since: Double
        /// Tasks whose end is not known yet.
        var open: Set<Int>
        /// What it asked for; nil: unknown.
        var request: ClusterRequest?
        /// When the last list was begun that shows any task of it.
        var listed: Double?
    }

    /// A task's place, and what was seen of it.
    struct Task: Sendable {
        var batch: String
        var number: Int
        /// Since when it is missing from the scheduler's list.
        var absentSince: Double?
        /// Somebody asked for its end through us.
        var cancel: Cancel?
        /// When the scheduler was asked to end one that it does not list, to be sure.
        var swept: Double?
    }

    enum Cancel: String, Sendable {
        case returned
        case counted
    }

    private(set) var batches: [String: Batch] = [:]
    private(set) var tasks: [String: Task] = [:]
    private var batchOfName: [String: String] = [:]
    /// Tasks of one array job, where the scheduler limits how many jobs its user may have: half of what was too many, and
    /// more again once that was taken.
    private(set) var share = Int.max

    mutating func add(_ batch: Batch) {
        batches[batch.key] = batch
        batchOfName[batch.name] = batch.key
        for (index, key) in batch.keys.enumerated() where batch.open.contains(index + 1) {
            tasks[key] = Task(batch: batch.key, number: index + 1)
        }
    }

    /// The scheduler has it, under this id.
    mutating func accepted(_ batch: String, job: String, at now: Double) {
        batches[batch]?.job = job
        batches[batch]?.since = now
    }

    /// Whether the scheduler has it, nobody knows: lists that are begun from now on will tell.
    mutating func unclear(_ batch: String, at now: Double) { batches[batch]?.since = now }

    mutating func noteTooMany(_ count: Int) { share = max(1, count / 2) }

    mutating func noteTaken() { if share < 1 << 20 { share *= 2 } else { share = .max } }

    /// The scheduler does not have it, and never had.
    mutating func forget(_ batch: String) {
        guard let gone = batches.removeValue(forKey: batch) else { return }
        batchOfName[gone.name] = nil
        for key in gone.keys where tasks[key]?.batch == batch { tasks[key] = nil }
    }

    /// The end of a task is known. - Returns: its batch, when that was the last of it.
    mutating func close(_ key: String) -> Batch? {
        guard let task = tasks.removeValue(forKey: key) else { return nil }
        batches[task.batch]?.open.remove(task.number)
        guard let batch = batches[task.batch], batch.open.isEmpty else { return nil }
        forget(task.batch)
        return batch
    }

    mutating func noteCancel(_ key: String, _ cancel: Cancel) {
        if tasks[key]?.cancel == nil { tasks[key]?.cancel = cancel }
    }

    mutating func noteSweep(_ key: String, at now: Double) { tasks[key]?.swept = now }

    /// Tasks of one array job that are ended together.
    struct Piece: Sendable {
        var batch: String
        var name: String
        /// nil: the scheduler can't be asked yet.
        var job: String?
        var numbers: [Int] = []
        var keys: [String] = []
        /// These are all that it has left.
        var isWhole = false
    }

    /// Parts instances by their array jobs. - Returns: the pieces, and whether the id of one is not known.
    func pieces(of keys: [String], atMost limit: Int) -> (pieces: [Piece], isUnclear: Bool) {
        var wanted: [String: Piece] = [:]
        for key in keys {
            guard let task = tasks[key], let batch = batches[task.batch] else { continue }
            wanted[task.batch, default: Piece(batch: task.batch, name: batch.name, job: batch.job)].numbers.append(
                task.number)
        }
        var pieces: [Piece] = []
        var isUnclear = false
        for (key, var piece) in wanted.sorted(by: { $0.key < $1.key }) {
            guard let batch = batches[key] else { continue }
            isUnclear = isUnclear || piece.job == nil
            piece.isWhole = piece.numbers.count > 1 && piece.numbers.count == batch.open.count
            var rest = piece.numbers.sorted()[...]
            while !rest.isEmpty {
                piece.numbers = Array(rest.prefix(piece.isWhole ? rest.count : limit))
                piece.keys = piece.numbers.map { batch.keys[$0 - 1] }
                rest = rest.dropFirst(piece.numbers.count)
                pieces.append(piece)
            }
        }
        return (pieces, isUnclear)
    }

    /// What the scheduler calls a task; nil while it is not known.
    func id(_ key: String) -> (job: String, number: Int)? {
        guard let task = tasks[key], let job = batches[task.batch]?.job else { return nil }
        return (job, task.number)
    }

    /// Takes in a complete list. - Returns: of each wanted instance that it can say something about, where it stands; nil
    /// for one that is not there.
    mutating func take(
        _ list: [ListedTask], begunAt begun: Double, endedAt ended: Double, wanted: [String]
    ) -> [String: ListedTask.Standing?] {
        var standings: [String: [Int: ListedTask.Standing]] = [:]
        for row in list {
            guard let key = batches[row.mark]?.key ?? batchOfName[row.mark], let batch = batches[key] else { continue }
            // An id that belongs to another one of ours, or was given twice, is not this one's.
            if let job = batch.job, job != row.job { continue }
            batches[key]?.job = row.job
            batches[key]?.listed = begun
            for range in row.numbers {
                for number in range.clamped(to: 1...max(1, batch.keys.count)) {
                    standings[key, default: [:]][number] = row.standing
                }
            }
        }
        var found: [String: ListedTask.Standing?] = [:]
        for key in wanted {
            guard let task = tasks[key], let batch = batches[task.batch] else { continue }
            if let standing = standings[task.batch]?[task.number] {
                tasks[key]?.absentSince = nil
                found.updateValue(standing, forKey: key)
            } else if batch.since < begun {
                tasks[key]?.absentSince = task.absentSince ?? ended
                found.updateValue(nil, forKey: key)
            }
        }
        return found
    }

    /// Whose accounts are to be asked for, of these instances.
    func accounted(_ keys: [String]) -> [AccountedBatch] {
        var numbers: [String: [Int]] = [:]
        for key in keys { if let task = tasks[key] { numbers[task.batch, default: []].append(task.number) } }
        return numbers.sorted { $0.key < $1.key }.compactMap { key, numbers in
            batches[key].map {
                AccountedBatch(
                    job: $0.job, name: $0.name, intended: $0.intended,
                    // A command line is not to be endless.
                    numbers: numbers.count > 50 ? [] : numbers.sorted())
            }
        }
    }

    /// The record that tells what became of an instance: the last one, and an id counts only with its name. Where the
    /// scheduler started the task once more, the wrapper refused: the end of that is not the instance's.
    func record(of key: String, in records: [String: [AccountedTask]]) -> AccountedTask? {
        guard let task = tasks[key], let batch = batches[task.batch] else { return nil }
        let ours = (records[batch.name] ?? []).filter { record in
            record.numbers.contains { $0.contains(task.number) } && (batch.job == nil || record.job == batch.job)
        }
        guard var last = ours.last, last.outcome.evidence.exitCode == TaskExit.forbidden else { return ours.last }
        if let earlier = ours.last(where: { $0.outcome.evidence.exitCode != TaskExit.forbidden }) { return earlier }
        last.isPresumed = true
        last.outcome = Outcome(
            evidence: Evidence(scheduler: SchedulerWord("started once more under its id", cause: .nodeFailure)))
        return last
    }
}
