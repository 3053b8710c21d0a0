import Foundation
import Jobmon
import JobmonCore
import JobmonReporting
import JobmonTestSupport
import Testing

/// Which process is named when a directory is already served.
struct MonitorLockTests {
    @Test("the holder of the lock is named, not the dead monitor whose file is still there")
    func theHolderIsNamed() async throws {
        try await withTestDirectory { path in
            let layout = DirectoryLayout(root: path)
            try MonitorInfo(
                host: "elsewhere", address: "127.0.0.1", port: 4711, pid: 1, hostBootID: nil, secret: "abc",
                started: Timestamp(milliseconds: 1_700_000_000_123), version: "1.0"
            ).write(layout)
            let lock = try #require(try MonitorLock.take(layout))
            #expect(try MonitorLock.take(layout) == nil)
            let sentence = MonitorLock.refusal(layout).description
            #expect(sentence.contains("process \(getpid()) on \(HostIdentity.host)"), "\(sentence)")
            withExtendedLifetime(lock) {}
        }
    }

    @Test("a holder that is just writing the lock's file is waited for")
    func aNewHolderIsWaitedFor() async throws {
        try await withTestDirectory { path in
            let layout = DirectoryLayout(root: path)
            // A process that is gone held it last; the present holder has not written its name yet.
            let lock = try #require(try MonitorLock.take(layout))
            let gone = try Running("/bin/true", [])
            _ = try await gone.finished()
            try #"{"pid":\#(gone.pid),"host":"\#(HostIdentity.host)"}"#
                .write(toFile: layout.monitorLock, atomically: false, encoding: .utf8)
            let pid = getpid()
            let file = layout.monitorLock
            async let written: Void = {
                try await pauses(0.02)
                try #"{"pid":\#(pid),"host":"\#(HostIdentity.host)"}"#
                    .write(toFile: file, atomically: false, encoding: .utf8)
            }()
            let sentence = MonitorLock.refusal(layout).description
            try await written
            #expect(sentence.contains("process \(pid) on"), "\(sentence)")
            withExtendedLifetime(lock) {}
        }
    }
}
