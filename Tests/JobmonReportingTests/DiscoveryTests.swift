import CJobmonPOSIX
import Foundation
import JobmonCore
import JobmonReporting
import JobmonSystem
import JobmonTestSupport
import Testing

/// Locks, the monitor's file, and facts about host and processes.
struct DiscoveryTests {
    private static let info = MonitorInfo(
        host: "n7", address: "127.0.0.1", port: 4711, pid: 12, hostBootID: "boot", secret: "abc",
        started: Timestamp(milliseconds: 1_700_000_000_123), version: "1.0")

    @Test func theFileIsPrivateAndReadBack() async throws {
        try await withTestDirectory { path in
            let layout = DirectoryLayout(root: path)
            #expect(MonitorInfo.read(layout) == nil)
            try Self.info.write(layout)
            #expect(MonitorInfo.read(layout) == Self.info)
            var status = stat()
            #expect(stat(layout.info, &status) == 0)
            #expect(status.st_mode & 0o7777 == 0o600)
            var other = Self.info
            other.secret = "other"
            other.remove(layout)
            #expect(MonitorInfo.read(layout) == Self.info, "another monitor's file stays")
            Self.info.remove(layout)
            #expect(MonitorInfo.read(layout) == nil)
        }
    }

    @Test(
        .timeLimit(.minutes(20)), arguments: ["symlink", "fifo", "folder", "half", "empty", "large", "port", "secret"])
    func whatIsNoSuchFileIsNoMonitor(_ kind: String) async throws {
        try await withTestDirectory { path in
            let layout = DirectoryLayout(root: path)
            let target = "\(path)/target"
            let whole = Self.info.json.text
            switch kind {
            case "symlink":
                try whole.write(toFile: target, atomically: false, encoding: .utf8)
                symlink(target, layout.info)
            case "fifo": mkfifo(layout.info, 0o600)
            case "folder": mkdir(layout.info, 0o700)
            case "half": try String(whole.dropLast(5)).write(toFile: layout.info, atomically: false, encoding: .utf8)
            case "empty": try "".write(toFile: layout.info, atomically: false, encoding: .utf8)
            case "large":
                try (whole + String(repeating: " ", count: 100_000))
                    .write(toFile: layout.info, atomically: false, encoding: .utf8)
            case "port":
                try whole.replacingOccurrences(of: "4711", with: "70000")
                    .write(toFile: layout.info, atomically: false, encoding: .utf8)
            default:
                try whole.replacingOccurrences(of: "abc", with: "a\\r\\nX: y")
                    .write(toFile: layout.info, atomically: false, encoding: .utf8)
            }
            #expect(MonitorInfo.read(layout) == nil)
            if kind == "folder" {
                #expect(throws: Problem.self) { try Self.info.write(layout) }
            } else {
                // Writing replaces the existing file and does not follow a link.
                try Self.info.write(layout)
                #expect(MonitorInfo.read(layout) == Self.info)
                if kind == "symlink" { #expect(try String(contentsOfFile: target, encoding: .utf8) == whole) }
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: path).allSatisfy { !$0.hasSuffix(".tmp") })
        }
    }

    @Test func aLockIsHeldByOneAndSaysByWhom() async throws {
        try await withTestDirectory { path in
            let file = "\(path)/lock"
            #expect(FileLock.isHeld(file) == false)
            var lock = try FileLock.acquire(file)
            #expect(lock != nil)
            #expect(try FileLock.acquire(file) == nil)
            #expect(FileLock.isHeld(file) == true)
            #expect(FileLock.holder(file) == FileLock.Holder(pid: getpid(), host: HostIdentity.host))
            lock = nil
            // A child that another test is just starting holds it until it executes.
            try await waitUntil("the lock is free") { FileLock.isHeld(file) == false }
            try await waitUntil("the lock is had again") { try FileLock.acquire(file) != nil }
            #expect(throws: Problem.self) { _ = try FileLock.acquire("\(path)/no/such/folder/lock") }
        }
    }

    /// A forked child shares the lock, and a child that has executed does not: recovery relies on this.
    @Test(.timeLimit(.minutes(20)))
    func aChildHasTheLockUntilItExecutes() async throws {
        try await withTestDirectory { path in
            let file = "\(path)/lock"
            var lock = try FileLock.acquire(file)
            #expect(lock != nil)
            var ends: [Int32] = [0, 0]
            #expect(pipe(&ends) == 0)
            let arguments: [UnsafeMutablePointer<CChar>?] = [strdup("/bin/sleep"), strdup("60"), nil]
            defer { for argument in arguments { free(argument) } }
            let child = jobmon_fork()
            if child == 0 {
                var byte: UInt8 = 0
                read(ends[0], &byte, 1)
                execv("/bin/sleep", arguments)
                _exit(1)
            }
            defer {
                kill(child, SIGKILL)
                var status: Int32 = 0
                waitpid(child, &status, 0)
            }
            lock = nil
            #expect(FileLock.isHeld(file) == true)
            var byte: UInt8 = 1
            write(ends[1], &byte, 1)
            try await waitUntil("the lock is free") { FileLock.isHeld(file) == false }
            #expect(ProcessTable.process(child) != nil)
            close(ends[0])
            close(ends[1])
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func processesAreFoundByTheirInstance() async throws {
        let key = makeUUID()
        let running = try Running("/bin/sleep", ["60"], environment: ["JOBMON_INSTANCE": key])
        let found = try await waitFor("it is found") {
            livingProcesses(ofInstances: [makeUUID(), key, "zzz"])?.first
        }
        #expect(found.pid == running.pid)
        #expect(ProcessTable.isAlive(found))
        #expect(!ProcessTable.isAlive(ProcessIdentity(pid: found.pid, started: (found.started ?? 0) + 1)))
        try await running.killed()
        #expect(!ProcessTable.isAlive(found))
        #expect(livingProcesses(ofInstances: [key]) == [])
    }

    @Test func identitiesLookAsTheyShould() {
        let ids = Set((0..<1000).map { _ in makeUUID() })
        #expect(ids.count == 1000)
        for id in ids { #expect(UUID(uuidString: id) != nil && id == id.lowercased()) }
        #expect(!HostIdentity.host.isEmpty)
        #expect(HostIdentity.bootID.map { UUID(uuidString: $0) != nil } ?? true)
    }
}
