package import JobmonCore

/// All jobs of a ledger in memory, in columns: what pictures of a whole run are made of, since SQLite cannot answer
/// every filter and order of a million jobs in time. About 60 bytes a job; names, queues, hosts and requests are kept
/// once each.
///
/// It is a value without I/O: `JobSnapshotReader` builds it from a ledger, and keeps it true by the ledger's changes.
package struct JobSnapshot: Sendable {
    /// What jobs share: name, queue and requested resources.
    struct Kind: Hashable, Sendable {
        var name: UInt32
        /// The number of the queue plus 1; 0: none.
        var queue: UInt32
        var resources: UInt32
    }

    /// What is known of an attempt.
    struct Marks: OptionSet, Sendable {
        let rawValue: UInt8
        static let late = Marks(rawValue: 1)
        static let doubtful = Marks(rawValue: 2)
        static let attempt = Marks(rawValue: 4)
        static let started = Marks(rawValue: 8)
        static let finished = Marks(rawValue: 16)
        static let forgotten = Marks(rawValue: 32)
    }

    // The columns, in the order of `jid`.
    private(set) var jids: ContiguousArray<UInt32> = []
    private(set) var statuses: ContiguousArray<UInt8> = []
    private(set) var marks: ContiguousArray<UInt8> = []
    /// At most 255.
    private(set) var attempts: ContiguousArray<UInt8> = []
    /// The place of the cause in `Cause.allCases` plus 1; 0: none.
    private(set) var causes: ContiguousArray<UInt8> = []
    /// The group of the latest attempt's error; 0: none.
    private(set) var groups: ContiguousArray<UInt32> = []
    private(set) var kinds: ContiguousArray<UInt32> = []
    /// The number of the host plus 1; 0: none.
    private(set) var hosts: ContiguousArray<UInt32> = []
    /// When the job was queued, in milliseconds since 1970.
    private(set) var submitted: ContiguousArray<Int64> = []
    /// When the latest attempt started, or was submitted if it has not started.
    private(set) var begun: ContiguousArray<Int64> = []
    /// When the latest attempt ended, or a job without one was cancelled; 0: neither.
    private(set) var finished: ContiguousArray<Int64> = []
    /// Seconds; NaN: unknown.
    private(set) var times: ContiguousArray<Float> = []
    private(set) var waits: ContiguousArray<Float> = []
    private(set) var cpus: ContiguousArray<Float> = []
    /// Bytes; NaN: unknown.
    private(set) var memories: ContiguousArray<Float> = []

    private(set) var names = Pool<String>()
    private(set) var queues = Pool<String>()
    private(set) var hostNames = Pool<String>()
    private(set) var resources = Pool<String>()
    private(set) var kindPool = Pool<Kind>()

    /// The rows of jobs that have an error of a group, in ascending order, for attempts of any time.
    private(set) var rowsByGroup: [Int64: [UInt32]] = [:]
    /// The params that were asked for.
    private(set) var params: [String: ParamColumn] = [:]
    private(set) var forgotten = 0

    /// The ledger's sequence number up to which it is true.
    package var sequence: Int64 = 0
    /// Rises with every change of it.
    package private(set) var version = 0
    /// Rises when the place of a job among all jobs changed: jobs came or were forgotten.
    package private(set) var placesVersion = 0

    package init() {}

    /// Rows, with the forgotten ones.
    package var rowCount: Int { jids.count }
    /// Jobs, without the forgotten ones.
    package var jobCount: Int { jids.count - forgotten }

    /// The row of a job.
    package func row(of jid: Int64) -> Int? {
        guard let wanted = UInt32(exactly: jid), let first = jids.first else { return nil }
        // Numbers mostly have no gaps.
        let guess = Int(wanted) - Int(first)
        if guess >= 0, guess < jids.count, jids[guess] == wanted { return guess }
        let place = Self.place(of: wanted, in: jids)
        return place < jids.count && jids[place] == wanted ? place : nil
    }

    package func jid(_ row: Int) -> Int64 { Int64(jids[row]) }

    func status(_ row: Int) -> Status { Status(rawValue: Int(statuses[row])) ?? .unknown }

    private static func place(of jid: UInt32, in jids: ContiguousArray<UInt32>) -> Int {
        var low = 0
        var high = jids.count
        while low < high {
            let middle = (low + high) / 2
            if jids[middle] < jid { low = middle + 1 } else { high = middle }
        }
        return low
    }

    // MARK: - Changing

    package mutating func reserve(_ count: Int) {
        jids.reserveCapacity(count)
        statuses.reserveCapacity(count)
        marks.reserveCapacity(count)
        attempts.reserveCapacity(count)
        causes.reserveCapacity(count)
        groups.reserveCapacity(count)
        kinds.reserveCapacity(count)
        hosts.reserveCapacity(count)
        submitted.reserveCapacity(count)
        begun.reserveCapacity(count)
        finished.reserveCapacity(count)
        times.reserveCapacity(count)
        waits.reserveCapacity(count)
        cpus.reserveCapacity(count)
        memories.reserveCapacity(count)
    }

    /// Takes in jobs as they are now.
    package mutating func take(_ rows: [SnapshotRow]) {
        guard !rows.isEmpty else { return }
        version += 1
        for row in rows { take(row) }
    }

    private mutating func take(_ row: SnapshotRow) {
        // Numbers of rows of SQLite that rise by one do not get there.
        guard let jid = UInt32(exactly: row.jid) else { return }
        let place: Int
        if let last = jids.last, last >= jid {
            place = self.row(of: row.jid) ?? insert(jid)
        } else {
            place = jids.count
            append(jid)
        }
        set(row, at: place)
    }

    private mutating func append(_ jid: UInt32) {
        placesVersion += 1
        jids.append(jid)
        statuses.append(0)
        marks.append(0)
        attempts.append(0)
        causes.append(0)
        groups.append(0)
        kinds.append(0)
        hosts.append(0)
        submitted.append(0)
        begun.append(0)
        finished.append(0)
        times.append(.nan)
        waits.append(.nan)
        cpus.append(.nan)
        memories.append(.nan)
        // A copy of the names: while `params.keys` itself is walked, each column would be copied to be changed.
        for name in Array(params.keys) { params[name]?.append() }
    }

    /// A job whose number is not the highest: that happens only if the reading of a page met a number that was not there
    /// yet.
    private mutating func insert(_ jid: UInt32) -> Int {
        placesVersion += 1
        let place = Self.place(of: jid, in: jids)
        jids.insert(jid, at: place)
        statuses.insert(0, at: place)
        marks.insert(0, at: place)
        attempts.insert(0, at: place)
        causes.insert(0, at: place)
        groups.insert(0, at: place)
        kinds.insert(0, at: place)
        hosts.insert(0, at: place)
        submitted.insert(0, at: place)
        begun.insert(0, at: place)
        finished.insert(0, at: place)
        times.insert(.nan, at: place)
        waits.insert(.nan, at: place)
        cpus.insert(.nan, at: place)
        memories.insert(.nan, at: place)
        // Their rows are those of before.
        params = [:]
        for (group, rows) in rowsByGroup {
            rowsByGroup[group] = rows.map { $0 >= UInt32(place) ? $0 + 1 : $0 }
        }
        return place
    }

    private mutating func set(_ row: SnapshotRow, at place: Int) {
        let kind = Kind(
            name: names.number(row.name), queue: row.queue.map { queues.number($0) + 1 } ?? 0,
            resources: resources.number(row.resources))
        statuses[place] = UInt8(row.status.rawValue)
        attempts[place] = UInt8(min(255, row.attempts))
        kinds[place] = kindPool.number(kind)
        submitted[place] = row.submitted.milliseconds
        var marks: Marks = []
        if row.isForgotten { marks.insert(.forgotten) }
        if let attempt = row.attempt {
            marks.insert(.attempt)
            if attempt.isLate { marks.insert(.late) }
            if attempt.isDoubtful { marks.insert(.doubtful) }
            if attempt.started != nil { marks.insert(.started) }
            if attempt.finished != nil { marks.insert(.finished) }
            causes[place] = attempt.cause.map { Self.causeNumbers[$0] ?? 0 } ?? 0
            groups[place] = UInt32(clamping: attempt.group ?? 0)
            hosts[place] = attempt.host.map { hostNames.number($0) + 1 } ?? 0
            begun[place] = (attempt.started ?? attempt.submitted).milliseconds
            finished[place] = attempt.finished?.milliseconds ?? 0
            let ran = attempt.started.flatMap { started in attempt.finished.map { max(0, $0.seconds(since: started)) } }
            times[place] = Self.amount(attempt.wallclock ?? ran)
            waits[place] = Self.amount(attempt.started.map { max(0, $0.seconds(since: attempt.submitted)) })
            cpus[place] = Self.amount(attempt.cpu)
            memories[place] = Self.amount(attempt.memory.map { Double($0) })
        } else {
            causes[place] = 0
            groups[place] = 0
            hosts[place] = 0
            begun[place] = 0
            finished[place] = (row.status == .cancelled ? row.cancelled : nil)?.milliseconds ?? 0
            times[place] = .nan
            waits[place] = .nan
            cpus[place] = .nan
            memories[place] = .nan
        }
        if row.isBlocked { causes[place] = Self.causeNumbers[.dependency] ?? 0 }
        let before = Marks(rawValue: self.marks[place])
        if marks.contains(.forgotten) != before.contains(.forgotten) {
            forgotten += marks.contains(.forgotten) ? 1 : -1
            placesVersion += 1
        }
        self.marks[place] = marks.rawValue
        if let group = row.attempt?.group { add(place, toGroup: group) }
        for group in row.groups { add(place, toGroup: group) }
    }

    /// Seconds or bytes as they are kept. Reports may hold any number: what is negative is unknown, and what is larger
    /// than every machine is kept as that.
    private static func amount(_ value: Double?) -> Float {
        guard let value, value >= 0 else { return .nan }
        return Float(min(value, largest))
    }

    private static let largest = 1e18

    private mutating func add(_ place: Int, toGroup group: Int64) {
        let row = UInt32(place)
        var rows = rowsByGroup[group] ?? []
        if let last = rows.last, last >= row {
            var low = 0
            var high = rows.count
            while low < high {
                let middle = (low + high) / 2
                if rows[middle] < row { low = middle + 1 } else { high = middle }
            }
            if rows[low] == row { return }
            rowsByGroup[group] = nil
            rows.insert(row, at: low)
        } else {
            rowsByGroup[group] = nil
            rows.append(row)
        }
        rowsByGroup[group] = rows
    }

    /// Takes in which jobs have an error of each group.
    package mutating func take(jobsByGroup: [Int64: [Int64]]) {
        let taken = jobsByGroup.mapValues { jids in jids.compactMap { row(of: $0).map { UInt32($0) } } }
        guard taken != rowsByGroup else { return }
        version += 1
        rowsByGroup = taken
    }

    /// Takes in the group of each latest attempt's error: groups were merged, or older errors grouped.
    package mutating func take(latestGroups: [(jid: Int64, group: Int64)]) {
        var isChanged = false
        for (jid, group) in latestGroups {
            guard let row = row(of: jid), groups[row] != UInt32(clamping: group) else { continue }
            groups[row] = UInt32(clamping: group)
            isChanged = true
        }
        if isChanged { version += 1 }
    }

    /// Takes in which jobs are late: that is marked without an event.
    package mutating func take(late jids: [Int64]) {
        var rows = Set(jids.compactMap { row(of: $0) })
        var isChanged = false
        for row in marks.indices where marks[row] & Marks.late.rawValue != 0 {
            if rows.remove(row) == nil {
                marks[row] &= ~Marks.late.rawValue
                isChanged = true
            }
        }
        for row in rows {
            marks[row] |= Marks.late.rawValue
            isChanged = true
        }
        if isChanged { version += 1 }
    }

    /// Takes in the values of a param of jobs.
    package mutating func take(param name: String, _ values: [(value: String, jids: [Int64])]) {
        version += 1
        var column = params[name] ?? ParamColumn(count: rowCount)
        params[name] = nil
        for value in values {
            let number = column.number(value.value)
            for jid in value.jids {
                if let row = row(of: jid) { column.set(number, at: row) }
            }
        }
        params[name] = column
    }

    /// The params whose values it has.
    package var paramNames: [String] { Array(params.keys) }
    /// The highest number of a job; 0: there is none.
    package var lastJob: Int64 { jids.last.map { Int64($0) } ?? 0 }

    static let causeNumbers = Dictionary(
        uniqueKeysWithValues: Cause.allCases.enumerated().map { ($0.element, UInt8($0.offset + 1)) })

    func cause(_ row: Int) -> Cause? {
        let number = Int(causes[row])
        return number == 0 ? nil : Cause.allCases[number - 1]
    }

    func kind(_ row: Int) -> Kind { kindPool[kinds[row]] }
    func name(_ row: Int) -> String { names[kind(row).name] }

    func host(_ row: Int) -> String? { hosts[row] == 0 ? nil : hostNames[hosts[row] - 1] }

    func isForgotten(_ row: Int) -> Bool { marks[row] & Marks.forgotten.rawValue != 0 }

    /// Bytes that the columns take for each job, without the values of params and what jobs share.
    package static let bytesPerJob = 4 * 1 + 4 * 4 + 3 * 8 + 4 * 4

    /// Bytes of the values of params for each job.
    package var bytesOfParamsPerJob: Int { params.count * ParamColumn.bytesPerJob }
}

/// The values of one param, by row.
struct ParamColumn: Sendable {
    /// The number of the value plus 1; 0: the job does not have the param.
    private(set) var numbers: ContiguousArray<UInt32>
    private(set) var values = Pool<String>()

    static let bytesPerJob = 4

    init(count: Int) { numbers = ContiguousArray(repeating: 0, count: count) }

    mutating func append() { numbers.append(0) }

    mutating func number(_ value: String) -> UInt32 { values.number(value) + 1 }

    mutating func set(_ number: UInt32, at row: Int) { numbers[row] = number }

    /// The value of a row.
    func value(_ row: Int) -> String? { numbers[row] == 0 ? nil : values[numbers[row] - 1] }
}
