import CJobmonPOSIX
import Foundation
import JobmonCore
import JobmonTestSupport
import Testing

@testable import JobmonProcesses

/// Which processes belong to a command and how much memory they have, by a /proc that is a folder of files: kernels of
/// all ages, and numbers that begin again.
@Suite struct ProcessTreesTests {
    /// A folder that looks like /proc.
    private struct FakeProc {
        let path: String

        func write(_ text: String, _ name: String) throws {
            try text.write(toFile: "\(path)/\(name)", atomically: false, encoding: .utf8)
        }

        /// The number that was given out last.
        func last(_ pid: Int) throws { try write("0.10 0.20 0.30 1/99 \(pid)\n", "loadavg") }

        /// A process as a kernel of today shows it.
        func process(
            _ pid: Int, of parent: Int, group: Int = 1, started: Int = 7, anonymous: Int = 1000, shared: Int = 0,
            swapped: Int = 0, mapped: Int = 500
        ) throws {
            try stat(pid, of: parent, group: group, started: started)
            try write(
                """
                Name:\ta) (b
                State:\tS (sleeping)
                Pid:\t\(pid)
                PPid:\t\(parent)
                VmPeak:\t   99999 kB
                VmSize:\t   \(90000 + pid) kB
                VmHWM:\t   \(anonymous + mapped + pid) kB
                VmRSS:\t   \(anonymous + mapped + shared) kB
                RssAnon:\t   \(anonymous) kB
                RssFile:\t   \(mapped) kB
                RssShmem:\t   \(shared) kB
                VmData:\t   1 kB
                VmSwap:\t   \(swapped) kB

                """, "\(pid)/status")
        }

        func stat(_ pid: Int, of parent: Int, group: Int = 1, started: Int = 7, state: String = "S") throws {
            try FileManager.default.createDirectory(atPath: "\(path)/\(pid)", withIntermediateDirectories: true)
            let between = Array(repeating: "0", count: 15).joined(separator: " ")
            try write("\(pid) (a) (b) \(state) \(parent) \(group) 1 \(between) \(started) 0\n", "\(pid)/stat")
        }

        func rollup(_ pid: Int, _ fields: String) throws {
            try write("00400000-ffff r--p 00000000 00:00 0    [rollup]\n" + fields, "\(pid)/smaps_rollup")
        }

        func end(_ pid: Int) throws { try FileManager.default.removeItem(atPath: "\(path)/\(pid)") }
    }

    private func withProc(
        _ name: String = #function, _ body: (FakeProc, ProcessTrees) async throws -> Void
    ) async throws {
        try await withTestDirectory(name) { path in
            let trees = try #require(ProcessTrees(proc: path))
            try await body(FakeProc(path: path), trees)
        }
    }

    private static func root(_ command: Int, _ pid: Int32, leadsGroup: Bool = true) -> jobmon_root {
        jobmon_root(command: Int64(command), pid: pid, leads_group: leadsGroup ? 1 : 0)
    }

    @Test func descendantsAreFoundWhateverTheirOrder() async throws {
        try await withProc { proc, trees in
            try proc.last(9_005_000)
            try proc.process(9_002_000, of: 1)
            try proc.process(9_003_000, of: 1, group: 9_003_000, anonymous: 100)
            // A grandchild with a number below its parent's.
            try proc.process(9_003_002, of: 9_003_001, anonymous: 20)
            try proc.process(9_003_001, of: 9_003_003, anonymous: 3)
            try proc.process(9_003_003, of: 9_003_000, anonymous: 4)
            try proc.process(9_003_004, of: 9_002_000, anonymous: 9999)
            #expect(trees.find([Self.root(1, 9_003_000)]))
            let look = trees.look(at: 1)
            #expect(look.processes == 4 && look.sum == 127 << 10 && look.largest == 100 << 10)
            #expect(look.mapped == 500 << 10 && !look.isRough)
            // Another one comes; one is gone, and its child stays.
            try proc.last(9_005_100)
            try proc.process(9_005_050, of: 9_003_002, anonymous: 1000)
            try proc.end(9_003_001)
            try proc.process(9_003_002, of: 1, anonymous: 20)
            #expect(trees.find([Self.root(1, 9_003_000)]))
            #expect(trees.look(at: 1).sum == 1124 << 10)
        }
    }

    @Test func eachCommandHasItsOwn() async throws {
        try await withProc { proc, trees in
            try proc.last(9_004_000)
            let own = Int(getpid())
            try proc.process(9_003_000, of: own, group: 9_003_000, anonymous: 1)
            try proc.process(9_003_001, of: own, group: 9_003_001, anonymous: 2)
            try proc.process(9_003_002, of: 9_003_001, group: 9_003_001, anonymous: 4)
            // An orphan that is left in a command's group; one in another group; one that is spared.
            try proc.process(9_003_003, of: own, group: 9_003_000, anonymous: 8)
            try proc.process(9_003_004, of: own, group: 9_003_004, anonymous: 16)
            try proc.process(9_003_005, of: own, group: 9_003_001, anonymous: 32)
            let roots = [Self.root(4, 9_003_000), Self.root(9, 9_003_001)]
            #expect(trees.find(roots, spared: [9_003_005]))
            #expect(trees.look(at: 4).sum == 9 << 10)
            #expect(trees.look(at: 9).sum == 6 << 10)
            #expect(trees.look(at: 5) == MemoryLook())
            // Of a command that is over nothing is kept.
            #expect(trees.find([Self.root(9, 9_003_001)]))
            #expect(trees.look(at: 4) == MemoryLook() && trees.look(at: 9).sum == 6 << 10)
        }
    }

    @Test func orphansBelongToTheOnlyCommand() async throws {
        try await withProc { proc, trees in
            try proc.last(9_004_000)
            try proc.process(9_003_000, of: Int(getpid()), group: 50, anonymous: 1)
            try proc.process(9_003_004, of: Int(getpid()), group: 9_003_004, anonymous: 16)
            try proc.process(9_003_005, of: Int(getpid()), group: 50, anonymous: 32)
            #expect(trees.find([Self.root(1, 9_003_000, leadsGroup: false)], spared: [9_003_005], orphans: 1))
            #expect(trees.look(at: 1).sum == 17 << 10)
        }
    }

    @Test func numbersMayBeginAgain() async throws {
        try await withProc { proc, trees in
            try proc.last(9_032_700)
            try proc.process(9_032_600, of: 1, group: 9_032_600, anonymous: 1)
            try proc.process(9_000_400, of: 1, anonymous: 9999)
            #expect(trees.find([Self.root(1, 9_032_600)]))
            try proc.last(9_000_500)
            try proc.process(9_032_750, of: 9_032_600, anonymous: 2)
            try proc.process(9_000_450, of: 9_032_600, anonymous: 4)
            #expect(trees.find([Self.root(1, 9_032_600)]))
            #expect(trees.look(at: 1).sum == 7 << 10)
        }
    }

    @Test func aNumberThatIsAnotherProcessByNowIsNotCounted() async throws {
        try await withProc { proc, trees in
            try proc.last(9_004_000)
            try proc.process(9_003_000, of: 1, group: 9_003_000, anonymous: 1)
            try proc.process(9_003_001, of: 9_003_000, started: 7, anonymous: 2)
            #expect(trees.find([Self.root(1, 9_003_000)]))
            #expect(trees.look(at: 1).sum == 3 << 10)
            try proc.process(9_003_001, of: 77, started: 9, anonymous: 5000)
            #expect(trees.look(at: 1).sum == 1 << 10)
        }
    }

    @Test func aChildWithItsParentsMemoryIsNotCounted() async throws {
        try await withProc { proc, trees in
            try proc.last(9_004_000)
            try proc.process(9_003_000, of: 1, group: 9_003_000, anonymous: 1000)
            try proc.process(9_003_001, of: 9_003_000, anonymous: 1000)
            // As between vfork and execve.
            let status = try String(contentsOfFile: "\(proc.path)/9003000/status", encoding: .utf8)
            try proc.write(status.replacing("PPid:\t1\n", with: "PPid:\t9003000\n"), "9003001/status")
            #expect(trees.find([Self.root(1, 9_003_000)]))
            let look = trees.look(at: 1)
            #expect(look.processes == 1 && look.sum == 1000 << 10)
        }
    }

    @Test func pagesAreCountedOnceWhereTheKernelTells() async throws {
        try await withProc { proc, trees in
            try proc.last(9_004_000)
            try proc.process(9_003_000, of: 1, group: 9_003_000, anonymous: 1000, shared: 50, swapped: 10)
            try proc.process(9_003_001, of: 9_003_000, anonymous: 1000)
            try proc.rollup(
                9_003_000,
                "Rss: 1550 kB\nPss: 900 kB\nPss_Dirty: 1 kB\nPss_Anon: 510 kB\nPss_File: 340 kB\nPss_Shmem: 50 kB\n"
                    + "Swap: 10 kB\nSwapPss: 7 kB\n")
            try proc.rollup(9_003_001, "Pss: 1000 kB\nPss_Anon: 500 kB\nPss_File: 500 kB\nPss_Shmem: 0 kB\n")
            #expect(trees.find([Self.root(1, 9_003_000)]))
            #expect(trees.look(at: 1).sum == 2060 << 10)
            #expect(trees.count(of: 1) == MemoryCount(bytes: 1067 << 10, isExact: true))
            // One that is over by now.
            try proc.end(9_003_001)
            #expect(trees.count(of: 1) == MemoryCount(bytes: 567 << 10, isExact: true))
        }
    }

    @Test func kernelsOfAllAges() async throws {
        try await withProc { proc, trees in
            try proc.last(9_004_000)
            // Before Linux 5.3: what is mapped from files is in the count.
            try proc.process(9_003_000, of: 1, group: 9_003_000, anonymous: 1000)
            try proc.rollup(9_003_000, "Rss: 1500 kB\nPss: 800 kB\nShared_Clean: 1 kB\nSwapPss: 0 kB\n")
            #expect(trees.find([Self.root(1, 9_003_000)]))
            _ = trees.look(at: 1)
            #expect(trees.count(of: 1) == MemoryCount(bytes: 800 << 10, isExact: false))
            // Before Linux 4.14: there is no such file.
            try FileManager.default.removeItem(atPath: "\(proc.path)/9003000/smaps_rollup")
            #expect(trees.count(of: 1) == MemoryCount(bytes: 1000 << 10, isExact: false))
            // Before Linux 4.5: only the whole is told.
            try proc.write(
                "Name:\ta\nPPid:\t1\nVmSize:\t 9000 kB\nVmRSS:\t 1500 kB\nVmSwap:\t 4 kB\n", "9003000/status")
            let look = trees.look(at: 1)
            #expect(look.isRough && look.sum == 1504 << 10 && look.mapped == 0)
            // One that is over, and not yet reaped, has no memory.
            try proc.write("Name:\ta\nState:\tZ (zombie)\nPPid:\t1\n", "9003000/status")
            #expect(trees.look(at: 1).processes == 0)
        }
    }

    @Test func withoutNumbersGivenOutAllAreLookedThrough() async throws {
        try await withProc { proc, trees in
            try proc.process(9_003_000, of: 1, group: 9_003_000, anonymous: 1)
            try proc.process(9_003_001, of: 9_003_000, anonymous: 2)
            #expect(trees.find([Self.root(1, 9_003_000)]))
            try proc.process(9_003_002, of: 9_003_000, anonymous: 4)
            #expect(trees.find([Self.root(1, 9_003_000)]))
            #expect(trees.look(at: 1).sum == 7 << 10)
        }
    }

    @Test func withoutProcNothingIsKnown() async throws {
        let trees = try #require(ProcessTrees(proc: "/nowhere"))
        #expect(!trees.find([Self.root(1, 9_003_000)]))
        #expect(trees.look(at: 1) == MemoryLook())
    }
}
