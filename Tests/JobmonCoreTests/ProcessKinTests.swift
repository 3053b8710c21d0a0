import JobmonCore
import Testing

/// Which processes end with an attempt: the rule, without processes.
@Suite struct ProcessKinTests {
    private func process(
        _ pid: Int32, parent: Int32, group: Int32? = nil, session: Int32 = 1, instance: String? = nil,
        slurm: String? = nil, isOurs: Bool = true, isOver: Bool = false
    ) -> ProcessRecord {
        ProcessRecord(
            ProcessIdentity(pid: pid, started: Int64(pid)), parent: parent, group: group ?? pid, session: session,
            isOver: isOver, isOurs: isOurs,
            marks: ProcessMarks(instance: instance, jobs: slurm.map { [.slurm: $0] } ?? [:]))
    }

    private let attempt = ProcessKin.Attempt(
        root: 10, group: 10, marks: ProcessMarks(instance: "a", jobs: [.slurm: "5"]), isKeyed: true)

    private func members(
        _ records: [ProcessRecord], of attempts: [ProcessKin.Attempt]? = nil,
        _ change: (inout ProcessKin) -> Void = { _ in }
    ) -> [[Int32]] {
        var kin = ProcessKin()
        kin.adopter = 2
        change(&kin)
        return kin.members(of: attempts ?? [attempt], among: records).map { $0.map(\.identity.pid).sorted() }
    }

    @Test("its group, its descendants in any group, and processes that carry its key")
    func kinds() {
        let found = members([
            process(10, parent: 2, instance: "a"), process(11, parent: 10, group: 10),
            // In a session of its own, with a changed environment.
            process(12, parent: 11, session: 12), process(13, parent: 12, session: 13),
            // Without its parents.
            process(14, parent: 1, session: 14, instance: "a"), process(15, parent: 14, session: 15),
            process(16, parent: 1), process(17, parent: 10, instance: "a", isOver: true),
        ])
        #expect(found == [[10, 11, 12, 13, 14, 15]])
    }

    @Test("processes of another job are spared, and what they started")
    func spares() {
        let found = members([
            process(10, parent: 2, instance: "a", slurm: "5"), process(11, parent: 10, instance: "b"),
            process(12, parent: 11), process(13, parent: 10, instance: "a", slurm: "6"), process(14, parent: 13),
            process(15, parent: 10, instance: "a", slurm: "5"), process(16, parent: 10, isOurs: false),
            // A member of the group ends with it.
            process(17, parent: 10, group: 10, instance: "b"),
        ])
        #expect(found == [[10, 15, 17]])
    }

    @Test("a program that runs as another user and was started by ours is ours")
    func otherUsers() {
        let records = [
            process(10, parent: 2), process(11, parent: 10, isOurs: false), process(12, parent: 10, isOurs: false),
        ]
        #expect(members(records) { $0.isOursByRealUser = { $0 == 12 } } == [[10, 12]])
    }

    @Test("a monitor or queue in the background lives on; one in the foreground does not")
    func services() {
        let records = [
            process(10, parent: 2, session: 1), process(11, parent: 10, session: 1),
            process(12, parent: 1, session: 12, instance: "a"),
        ]
        #expect(members(records) { $0.isService = { $0 > 10 } } == [[10, 11]])
    }

    @Test("processes that were found before stay known when their parents are gone")
    func known() {
        var attempt = attempt
        attempt.known = [ProcessIdentity(pid: 20, started: 20), ProcessIdentity(pid: 21, started: 1)]
        // 21 is a later process with that pid.
        #expect(members([process(20, parent: 1), process(21, parent: 1)], of: [attempt]) == [[20]])
    }

    @Test("an orphan belongs to the attempt that the caller names; orphans of other commands are spared")
    func orphans() {
        let records = [
            process(20, parent: 2), process(21, parent: 20), process(30, parent: 2), process(31, parent: 30),
        ]
        #expect(members(records) == [[]])
        let found = members(records) {
            $0.others = [30]
            $0.attemptOfOrphan = { _ in 0 }
        }
        #expect(found == [[20, 21]])
    }

    @Test("one scan serves many attempts")
    func many() {
        let attempts = (0..<500).map { number in
            ProcessKin.Attempt(
                root: 1000 + number, group: 1000 + number, marks: ProcessMarks(instance: "k\(number)"), isKeyed: true)
        }
        let records = (0..<500).flatMap { number in
            [
                process(1000 + number, parent: 2, instance: "k\(number)"),
                process(5000 + number, parent: 1000 + number, session: 3),
            ]
        }
        let found = members(records, of: attempts)
        #expect(found.enumerated().allSatisfy { $1 == [Int32(1000 + $0), Int32(5000 + $0)] })
    }
}
