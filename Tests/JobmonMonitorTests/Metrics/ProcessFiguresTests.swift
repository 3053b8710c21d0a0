import Testing

@testable import JobmonMonitor

/// What the kernel says of a process and a disk.
struct ProcessFiguresTests {
    private func figures(_ stat: String, machine: String = "cpu 1 2\nbtime 1000\nprocesses 3\n") -> ProcessFigures? {
        ProcessFigures(
            stat: stat, machine: machine, pageSize: 4096, ticksPerSecond: 100, openDescriptors: 3,
            maximumDescriptors: nil)
    }

    /// The fields from the third on, as proc(5) numbers them.
    private let fields = "S 1 2 2 0 -1 4194560 12 0 1 0 250 50 0 0 20 0 4 0 12345 99999744 250 18446744073709551615"

    @Test(arguments: ["jobmon", "a b", "a) (b", ") S 1 2", ""])
    func anyNameOfTheProgram(_ name: String) {
        #expect(
            figures("42 (\(name)) \(fields)\n")
                == ProcessFigures(
                    residentBytes: 250 * 4096, virtualBytes: 99_999_744, cpuSeconds: 3, started: 1123.45,
                    openDescriptors: 3, maximumDescriptors: nil))
    }

    @Test func anotherText() {
        #expect(figures("") == nil)
        #expect(figures("42 (x) S 1 2") == nil)
        #expect(figures("42 (x) \(fields)", machine: "cpu 1\n") == nil)
    }

    @Test func thisProcess() throws {
        let own = try #require(ProcessFigures.own())
        #expect(own.residentBytes > 1 << 20)
        #expect(own.virtualBytes >= own.residentBytes)
        #expect(own.cpuSeconds >= 0)
        #expect(own.started > 1_600_000_000)
        #expect(own.openDescriptors >= 3)
        if let maximum = own.maximumDescriptors { #expect(maximum >= Int64(own.openDescriptors)) }
    }

    @Test func thisDisk() throws {
        let disk = try #require(DiskFigures.of(directory: "/proc/self", ledger: "/proc/self/none"))
        #expect(disk.ledgerBytes == 0)
        let root = try #require(DiskFigures.of(directory: "/", ledger: "/proc/self/exe"))
        #expect(root.totalBytes >= root.availableBytes && root.totalBytes > 0 && root.ledgerBytes > 0)
        #expect(DiskFigures.of(directory: "/no/such/folder", ledger: "/no") == nil)
    }
}
