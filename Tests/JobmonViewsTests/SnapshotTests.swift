import JobmonCore
import JobmonLedger
import JobmonTestSupport
import JobmonViews
import Testing

/// The snapshot says what SQL says, for random jobs and filters, after it was built and after changes.
@Suite(.timeLimit(.minutes(20)))
struct SnapshotTests {
    /// A snapshot that was kept true through several rounds of changes.
    private static func kept(
        seed: UInt64, rounds: Int = 6
    ) async throws -> (random: RandomLedger, snapshot: JobSnapshot) {
        var random = try RandomLedger(seed: seed)
        try await random.go(400)
        let reader = SnapshotReader(random.ledger)
        var snapshot = try await reader.build { _ in }
        try await reader.load(params: ["year", "location"], into: &snapshot)
        for _ in 1..<rounds {
            try await random.go(200)
            let changes = try await random.ledger.changes(after: snapshot.sequence, limit: 100_000)
            try await reader.refresh(&snapshot, jobs: Array(Set(changes.compactMap(\.jid))))
            snapshot.sequence = changes.last?.sequence ?? snapshot.sequence
        }
        return (random, snapshot)
    }

    private static func rows(_ ledger: SQLiteLedger, _ sql: String) async throws -> [[JSON]] {
        try await ledger.query(sql, limits: QueryLimits()).rows
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func selectsWhatTheLedgerSelects(seed: UInt64) async throws {
        var (random, snapshot) = try await Self.kept(seed: seed)
        var found = 0
        for _ in 0..<150 {
            let filter = random.filter()
            let selected = snapshot.selection(filter).rows.map { snapshot.jid(Int($0)) }
            let expected = try await random.ledger.numbers(filter)
            #expect(selected == expected, "seed \(seed): \(filter)")
            found += expected.isEmpty ? 0 : 1
        }
        // Filters that select nothing would show nothing.
        #expect(found > 40)
    }

    @Test(arguments: [5, 6] as [UInt64])
    func countsAndQuantilesAreThoseOfSQL(seed: UInt64) async throws {
        var (random, snapshot) = try await Self.kept(seed: seed)
        for _ in 0..<25 {
            let filter = random.filter()
            let selection = snapshot.selection(filter)
            let jids = try await random.ledger.numbers(filter).map { String($0) }.joined(separator: ",")
            let counts = snapshot.counts(selection)
            let byStatus = try await Self.rows(
                random.ledger, "SELECT status, count(*) FROM job WHERE jid IN (\(jids)) GROUP BY status")
            var expected = Dictionary(uniqueKeysWithValues: Status.allCases.map { ($0, 0) })
            for row in byStatus {
                let status = try #require(Status(rawValue: Int(row[0].integer ?? 0)))
                expected[status] = Int(row[1].integer ?? 0)
            }
            #expect(counts.jobs == expected)
            for (measure, column) in [(Measure.memory, "coalesce(i.memory_peak, i.maxrss)"), (.cpu, "i.cpu")] {
                let values = try await Self.rows(
                    random.ledger,
                    """
                    SELECT \(column) FROM job j JOIN job_instance i ON i.job_instance_id = j.latest_instance_id
                    WHERE j.jid IN (\(jids)) AND \(column) IS NOT NULL ORDER BY 1
                    """
                ).map { row -> Double in
                    switch row[0] {
                    case .int(let value): Double(value)
                    case .double(let value): value
                    default: .nan
                    }
                }
                let found = snapshot.quantiles(measure, selection)
                #expect(found?.jobs ?? 0 == values.count)
                guard let found, !values.isEmpty else { continue }
                func isNear(_ one: Double, _ other: Double) -> Bool { abs(one - other) <= 1e-6 * max(1, abs(other)) }
                func value(_ share: Double) -> Double {
                    values[max(0, Int((share * Double(values.count)).rounded(.up)) - 1)]
                }
                #expect(isNear(found.minimum, values[0]) && isNear(found.maximum, values[values.count - 1]))
                #expect(isNear(found.p25, value(0.25)) && isNear(found.p50, value(0.5)))
                #expect(isNear(found.p75, value(0.75)) && isNear(found.p95, value(0.95)))
            }
        }
    }

    @Test(arguments: RowOrder.Column.allCases, [false, true])
    func pagesHaveEachJobOnceInOrder(column: RowOrder.Column, falls: Bool) async throws {
        let (random, snapshot) = try await Self.kept(seed: 7)
        let selection = snapshot.selection(JobFilter())
        let order = RowOrder(column, falls: falls)
        var jids: [Int64] = []
        var cursor: RowOrder.Cursor?
        repeat {
            let page = snapshot.page(selection, order, after: cursor, limit: 37)
            jids += page.jids
            cursor = try page.next.map { try RowOrder.Cursor($0.text) }
        } while cursor != nil
        #expect(jids.count == selection.count && Set(jids).count == jids.count)
        let sql: [RowOrder.Column: String] = [
            .jid: "j.jid", .status: "(SELECT label FROM status WHERE id = j.status)", .name: "j.name",
            .host: "i.host", .memory: "coalesce(i.memory_peak, i.maxrss)", .cpu: "i.cpu", .attempts: "j.attempts",
            .end: "i.finished_date",
            .submitted: "j.submitted_date",
        ]
        guard let key = sql[column] else { return }
        let expected = try await Self.rows(
            random.ledger,
            """
            SELECT j.jid FROM job j LEFT JOIN job_instance i ON i.job_instance_id = j.latest_instance_id
            WHERE j.forgotten IS NULL ORDER BY \(key) IS NULL, \(key) \(falls ? "DESC" : "ASC"),
                j.jid \(column == .jid && falls ? "DESC" : "ASC")
            """
        ).compactMap { $0[0].integer }
        // Amounts are kept with seven digits: those of jobs that are nearer may stand the other way round.
        if column == .memory || column == .cpu {
            #expect(Set(jids.prefix(100)).symmetricDifference(expected.prefix(100)).count <= 2)
        } else {
            #expect(jids == expected)
        }
    }

    @Test(arguments: [8, 9] as [UInt64])
    func changesMakeTheSnapshotThatIsBuiltAnew(seed: UInt64) async throws {
        let (random, snapshot) = try await Self.kept(seed: seed)
        let reader = SnapshotReader(random.ledger)
        var anew = try await reader.build { _ in }
        try await reader.load(params: ["year", "location"], into: &anew)
        let all = (snapshot.selection(JobFilter()), anew.selection(JobFilter()))
        #expect(snapshot.jobCount == anew.jobCount && all.0.rows == all.1.rows)
        for colour in MosaicColour.allCases {
            let cells = snapshot.mosaic(MosaicPlaces(rows: all.0.rows), colour)
            let expected = anew.mosaic(MosaicPlaces(rows: all.1.rows), colour)
            #expect(cells.cells == expected.cells && cells.legend == expected.legend)
        }
        #expect(snapshot.statesOverTime(all.0, now: random.now) == anew.statesOverTime(all.1, now: random.now))
        #expect(snapshot.groupSummaries(all.0).map(\.jobs) == anew.groupSummaries(all.1).map(\.jobs))
        #expect(snapshot.countsByQueue(all.0).map(\.jobs) == anew.countsByQueue(all.1).map(\.jobs))
    }

    @Test func groupsHaveTheJobsThatTheLedgerCounts() async throws {
        let (random, snapshot) = try await Self.kept(seed: 10)
        let (groups, _) = try await GroupQuery(reading: random.ledger, filter: JobFilter()).groups()
        let found = snapshot.groupSummaries(snapshot.selection(JobFilter()))
        #expect(!groups.isEmpty)
        #expect(
            Dictionary(uniqueKeysWithValues: found.map { ($0.number, $0.jobs) })
                == Dictionary(uniqueKeysWithValues: groups.map { ($0.number, $0.jobs) }))
    }

    @Test func statesAtTheEndAreTheCounts() async throws {
        var (random, snapshot) = try await Self.kept(seed: 11)
        for _ in 0..<20 {
            let selection = snapshot.selection(random.filter())
            let counts = snapshot.counts(selection).jobs
            guard let states = snapshot.statesOverTime(selection, now: random.now) else {
                #expect(selection.count == 0)
                continue
            }
            #expect(states.waiting.last == (counts[.queued] ?? 0) + (counts[.submitted] ?? 0))
            #expect(states.running.last == (counts[.running] ?? 0) + (counts[.unknown] ?? 0))
            #expect(states.complete.last == counts[.complete] && states.failed.last == counts[.failed])
            #expect(states.cancelled.last == counts[.cancelled])
            let sums = states.waiting.indices.map { index in
                states.waiting[index] + states.running[index] + states.complete[index] + states.failed[index]
                    + states.cancelled[index]
            }
            // Jobs come, and none goes; none is counted twice or below nothing.
            #expect(sums == sums.sorted() && states.waiting.allSatisfy { $0 >= 0 })
            #expect(states.running.allSatisfy { $0 >= 0 } && states.waiting.count <= 121)
        }
    }

    // MARK: - Mosaic

    @Test func failedJobsAndNoOthersHaveHighBytes() async throws {
        let (_, snapshot) = try await Self.kept(seed: 12)
        let selection = snapshot.selection(JobFilter())
        let failed = Set(snapshot.selection(JobFilter(statuses: [.failed])).rows)
        for colour in MosaicColour.allCases {
            let mosaic = snapshot.mosaic(MosaicPlaces(rows: selection.rows), colour)
            for (row, cell) in zip(selection.rows, mosaic.cells) { #expect((cell >= 128) == failed.contains(row)) }
            #expect(mosaic.legend.reduce(0) { $0 + $1.jobs } == selection.count)
            #expect(Set(mosaic.legend.map(\.value)) == Set(mosaic.cells))
        }
    }

    @Test func gridsAndLanesHoldEachJobOnce() async throws {
        let (random, snapshot) = try await Self.kept(seed: 13)
        let selection = snapshot.selection(JobFilter())
        let grid = snapshot.places(selection, .grid(rows: "year", columns: "location"))
        #expect(Set(grid.rows) == Set(selection.rows) && grid.rows.count == selection.count)
        let axes = try #require(grid.grid)
        #expect(axes.rows.first == "1990" && axes.columns.contains("no location"))
        // Names of hosts and values with numbers are in the order of the numbers.
        #expect(axes.columns.filter { $0.hasPrefix("n") && $0 != "no location" } == ["n9", "n10"])
        var place = 0
        for (row, year) in axes.rows.enumerated() {
            for (column, location) in axes.columns.enumerated() {
                let count = Int(axes.counts[row * axes.columns.count + column])
                if !year.hasPrefix("no "), !location.hasPrefix("no ") {
                    let expected = try await random.ledger.numbers(
                        JobFilter(params: [.init(name: "year", value: year), .init(name: "location", value: location)]))
                    #expect(grid.rows[place..<place + count].map { snapshot.jid(Int($0)) } == expected)
                }
                place += count
            }
        }
        #expect(place == selection.count)
        for order in [MosaicOrder.host, .param("location")] {
            let lanes = snapshot.places(selection, order)
            #expect(lanes.lanes?.reduce(0) { $0 + $1.cells } == selection.count)
            #expect(Set(lanes.rows) == Set(selection.rows))
        }
        let ends = snapshot.places(selection, .end).rows
        #expect(Set(ends) == Set(selection.rows))
    }

    @Test func aGridOfTooManyBoxesIsRefused() async throws {
        let ledger = try SQLiteLedger.open(.memory, time: .system)
        let events = (0..<2500).map { index in
            Event(
                fact: .job(
                    .key(queue: "q", key: "k\(index)"),
                    JobDescription(
                        name: "n", runfile: "x",
                        params: ["a": .int(Int64(index)), "b": .int(Int64(index)), "c": .int(Int64(index % 9))])))
        }
        _ = try await ledger.record(events)
        let reader = SnapshotReader(ledger)
        var snapshot = try await reader.build { _ in }
        try await reader.load(params: ["a", "b", "c"], into: &snapshot)
        #expect(snapshot.refusal(.grid(rows: "a", columns: "b"))?.code == .invalid)
        #expect(snapshot.refusal(.grid(rows: "a", columns: "c")) == nil && snapshot.refusal(.param("a")) == nil)
    }

    @Test func aMergeOfGroupsReachesEachJob() async throws {
        var (random, snapshot) = try await Self.kept(seed: 14)
        _ = try await random.ledger.record([Event(fact: .group(2, .merge(into: 1)))])
        try await SnapshotReader(random.ledger).refreshGroups(&snapshot)
        let anew = try await SnapshotReader(random.ledger).build { _ in }
        let all = (snapshot.selection(JobFilter()), anew.selection(JobFilter()))
        let (kept, built) = (
            snapshot.mosaic(MosaicPlaces(rows: all.0.rows), .group), anew.mosaic(MosaicPlaces(rows: all.1.rows), .group)
        )
        #expect(kept.legend == built.legend && kept.cells == built.cells)
        #expect(!kept.legend.contains { $0.label == "E2" })
        try await random.go(10)
    }

    @Test func aJobTakesAtMost64Bytes() { #expect(JobSnapshot.bytesPerJob <= 64) }

    // MARK: - Rates, hosts, timeline

    @Test func theRateIsThatOfTheRecentPast() async throws {
        let ledger = try SQLiteLedger.open(.memory, time: .system)
        let start = Timestamp(milliseconds: 1_800_000_000_000)
        var events: [Event] = []
        for index in 0..<400 {
            let key = InstanceReference.key("a\(index)")
            let begun = start.advanced(bySeconds: Double(index) / 2)
            let job = JobReference.key(queue: "q", key: "k\(index)")
            let description = JobDescription(name: "n", runfile: "/bin/true")
            events.append(Event(time: start, fact: .job(job, description)))
            guard index < 200 else { continue }
            events.append(Event(time: begun, fact: .submitted(key, Submission(job: job, executor: "local"))))
            events.append(Event(time: begun, fact: .running(key, Start(host: "n1"))))
            events.append(
                Event(
                    time: begun.advanced(bySeconds: 1),
                    fact: .outcome(key, Outcome(evidence: Evidence(exitCode: 0)))))
        }
        _ = try await ledger.record(events)
        let snapshot = try await SnapshotReader(ledger).build { _ in }
        let selection = snapshot.selection(JobFilter())
        let forecast = snapshot.forecast(selection, now: start.advanced(bySeconds: 100))
        let rate = try #require(forecast.rate)
        #expect(abs(rate - 2) < 0.1)
        let remaining = try #require(forecast.remaining)
        #expect(abs(remaining.seconds - 100) < 6 && remaining.low < 100 && remaining.high > 100)
        let timeline = snapshot.timeline(
            selection, from: nil, to: nil, buckets: 50, now: start.advanced(bySeconds: 100))
        #expect(timeline.lanes.count == 1)
        // Each of the 200 jobs ran for a second.
        let width = Double(timeline.to - timeline.from) / 1000 / 50
        let total = timeline.lanes[0].running.reduce(0, +) * width
        #expect(abs(total - 200) < 2)
    }

    @Test func aSlowHostIsSeen() async throws {
        let ledger = try SQLiteLedger.open(.memory, time: .system)
        let start = Timestamp(milliseconds: 1_800_000_000_000)
        var events: [Event] = []
        for index in 0..<120 {
            let key = InstanceReference.key("a\(index)")
            let isSlow = index % 4 == 0
            events.append(
                Event(
                    time: start,
                    fact: .submitted(
                        key,
                        Submission(
                            job: .key(queue: "q", key: "k\(index)"),
                            description: JobDescription(name: index % 3 == 0 ? "long" : "short", runfile: "/bin/true"),
                            executor: "local"))))
            events.append(Event(time: start, fact: .running(key, Start(host: isSlow ? "slow" : "n\(index % 4)"))))
            let usage = Usage(wallclock: (index % 3 == 0 ? 100 : 1) * (isSlow ? 4 : 1))
            events.append(
                Event(
                    time: start.advanced(bySeconds: 500),
                    fact: .outcome(key, Outcome(evidence: Evidence(exitCode: 0), usage: usage))))
        }
        _ = try await ledger.record(events)
        let snapshot = try await SnapshotReader(ledger).build { _ in }
        let hosts = snapshot.hostAnswers(snapshot.selection(JobFilter()))
        let slow = try #require(hosts.first { $0.host == "slow" }?.speed)
        #expect(abs(slow - 0.25) < 0.01)
        #expect(hosts.filter { $0.host != "slow" }.allSatisfy { ($0.speed ?? 0) > 1 })
    }
}
