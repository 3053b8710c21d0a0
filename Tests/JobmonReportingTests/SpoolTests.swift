import CJobmonPOSIX
import Foundation
import JobmonCore
import JobmonReporting
import JobmonTestSupport
import Testing

/// The spool's files, with writers that die at any moment and concurrent readers.
struct SpoolTests {
    private static func layout(_ path: String) throws -> DirectoryLayout {
        let layout = DirectoryLayout(root: path)
        for folder in layout.folders {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
        return layout
    }

    private static func event(_ sender: String, _ seq: Int64) -> Event {
        Event(
            identity: EventIdentity(sender: sender, seq: seq), time: Timestamp(milliseconds: 1_000_000 + seq),
            fact: .running(.key("k\(seq)"), Start(host: "h")))
    }

    private static func line(_ sender: String, _ seq: Int64) -> [UInt8] {
        var bytes: [UInt8] = []
        event(sender, seq).json.write(to: &bytes)
        return bytes + [0x0A]
    }

    private static func names(_ layout: DirectoryLayout) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: layout.spool).sorted()
    }

    private static func seqs(_ reader: SpoolReader) -> [Int64] {
        reader.batches().flatMap(\.events).compactMap { $0.identity?.seq }
    }

    /// Takes the spool in until it is empty. A child that another test is just starting holds a closed segment's lock
    /// until it executes; the segment stays that long.
    private static func taken(_ reader: SpoolReader, _ layout: DirectoryLayout) async throws {
        try await waitUntil("the spool is empty") {
            for batch in reader.batches() { batch.acknowledge() }
            return try names(layout).isEmpty
        }
    }

    @Test func filesOfOneEventComeInOrderAndGo() async throws {
        try await withTestDirectory { path in
            let layout = try Self.layout(path)
            let writer = SpoolWriter(layout: layout, sender: "a")
            for seq in [2, 10, 1] as [Int64] { #expect(writer.write(Self.event("a", seq))) }
            let reader = SpoolReader(layout: layout)
            #expect(reader.count() == 3)
            #expect(Self.seqs(reader) == [1, 2, 10])
            #expect(Self.seqs(reader) == [1, 2, 10], "what is not acknowledged comes again")
            #expect(reader.events(about: ["k10"]) == [Self.event("a", 10)])
            writer.remove(EventIdentity(sender: "a", seq: 2))
            for batch in reader.batches() { batch.acknowledge() }
            #expect(try Self.names(layout) == [])
            writer.remove(EventIdentity(sender: "a", seq: 1))
            #expect(!writer.write(Event(fact: .heartbeat([]))))
        }
    }

    @Test func anOpenSegmentIsReadOnAndOnlyAClosedOneGoes() async throws {
        try await withTestDirectory { path in
            let layout = try Self.layout(path)
            let writer = SegmentWriter(layout: layout, sender: "s")
            #expect(writer.append(Self.line("s", 0) + Self.line("s", 1), first: 0, last: 1))
            let reader = SpoolReader(layout: layout)
            for batch in reader.batches() {
                #expect(batch.events == [Self.event("s", 0), Self.event("s", 1)])
                batch.acknowledge()
            }
            #expect(try Self.names(layout) == ["s.0.jsonl"], "its owner may append to it")
            #expect(Self.seqs(reader) == [], "what was acknowledged does not come again")
            #expect(Self.seqs(SpoolReader(layout: layout)) == [0, 1], "but to another reader")
            #expect(writer.append(Self.line("s", 2), first: 2, last: 2))
            #expect(Self.seqs(reader) == [2])
            writer.closeSegment()
            try await Self.taken(reader, layout)
        }
    }

    @Test func theOwnerRemovesWhatWasAcknowledged() async throws {
        try await withTestDirectory { path in
            let layout = try Self.layout(path)
            var limits = SegmentWriter.Limits()
            limits.bytes = 200
            let writer = SegmentWriter(layout: layout, sender: "s", limits: limits)
            for seq in 0..<10 as Range<Int64> { #expect(writer.append(Self.line("s", seq), first: seq, last: seq)) }
            let before = try Self.names(layout).count
            #expect(before > 2)
            #expect(SpoolReader(layout: layout).count() == 10)
            writer.acknowledge(through: 8)
            let left = try Self.names(layout)
            #expect(left.count < before)
            #expect(Self.seqs(SpoolReader(layout: layout)).contains(9))
            writer.acknowledge(through: 9)
            writer.closeSegment()
            #expect(try Self.names(layout) == [])
        }
    }

    @Test func twoReadersMayMeet() async throws {
        try await withTestDirectory { path in
            let layout = try Self.layout(path)
            let writer = SegmentWriter(layout: layout, sender: "s")
            #expect(writer.append(Self.line("s", 0), first: 0, last: 0))
            writer.closeSegment()
            #expect(SpoolWriter(layout: layout, sender: "w").write(Self.event("w", 5)))
            let one = SpoolReader(layout: layout)
            let other = SpoolReader(layout: layout)
            let batches = Array(one.batches())
            for batch in other.batches() { batch.acknowledge() }
            for batch in batches { batch.acknowledge() }
            #expect(Self.seqs(one) == [])
            try await Self.taken(one, layout)
        }
    }

    @Test func aTornLineOfADeadOwnerIsDroppedAndNonsenseIsSetAside() async throws {
        try await withTestDirectory { path in
            let layout = try Self.layout(path)
            func put(_ name: String, _ bytes: [UInt8]) {
                _ = FileManager.default.createFile(atPath: "\(layout.spool)/\(name)", contents: Data(bytes))
            }
            put("dead.0.jsonl", Self.line("dead", 0) + Self.line("dead", 1).dropLast(9))
            put("odd.0.jsonl", Self.line("odd", 0) + Array("{not json}\n".utf8) + Self.line("odd", 2))
            put("bad.3.json", Array("{\"kind\":\"nonsense\"}".utf8))
            put(".half.1.json.tmp", Array("{".utf8))
            put("notes.txt", Array("mine".utf8))
            mkfifo("\(layout.spool)/fifo.1.json", 0o600)
            symlink("/etc/passwd", "\(layout.spool)/link.1.json")
            let reader = SpoolReader(layout: layout)
            var events: [Event] = []
            var unreadable: [String] = []
            for batch in reader.batches() {
                events += batch.events
                unreadable += batch.unreadable.map(\.path)
                batch.acknowledge()
            }
            #expect(events == [Self.event("dead", 0), Self.event("odd", 0), Self.event("odd", 2)])
            #expect(
                Set(unreadable.map { String($0.split(separator: "/").last ?? "") })
                    == ["odd.0.jsonl", "bad.3.json", "fifo.1.json", "link.1.json"])
            #expect(try Self.names(layout) == [".half.1.json.tmp", "bad", "notes.txt"])
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: "\(layout.spool)/bad").sorted()
                    == ["bad.3.json", "fifo.1.json", "link.1.json", "odd.0.jsonl"])
            #expect(FileManager.default.fileExists(atPath: "/etc/passwd"))
        }
    }

    /// A writer process is killed at random points: what it reported as spooled is there, and no line is incomplete.
    @Test(.timeLimit(.minutes(20)))
    func whatWasSpooledSurvivesTheKill() async throws {
        try await withTestDirectory { path in
            let layout = try Self.layout(path)
            for round in 0..<10 {
                let sender = "writer\(round)"
                var ends: [Int32] = [0, 0]
                #expect(pipe(&ends) == 0)
                let pid = jobmon_fork()
                if pid == 0 {
                    // The child: only calls that are allowed after a fork in a program with threads. The writer keeps
                    // to that well enough for a test; it is killed anyway.
                    let writer = SegmentWriter(layout: layout, sender: sender)
                    var seq: Int64 = 0
                    while writer.append(Self.line(sender, seq), first: seq, last: seq) {
                        var said = seq
                        write(ends[1], &said, 8)
                        seq += 1
                    }
                    _exit(1)
                }
                close(ends[1])
                var last: Int64 = -1
                let target = Int64.random(in: 0...300)
                var said: Int64 = 0
                while last < target, read(ends[0], &said, 8) == 8 { last = said }
                kill(pid, SIGKILL)
                while read(ends[0], &said, 8) == 8 { last = said }
                close(ends[0])
                var status: Int32 = 0
                waitpid(pid, &status, 0)
                #expect(last >= target)
                let found = SpoolReader(layout: layout).batches().flatMap(\.events).compactMap(\.identity)
                    .filter { $0.sender == sender }.map(\.seq)
                #expect(found == Array(0..<Int64(found.count)))
                #expect(Int64(found.count) > last)
                let reader = SpoolReader(layout: layout)
                for batch in reader.batches() {
                    #expect(batch.unreadable == [])
                    batch.acknowledge()
                }
                // A segment that was just being made has no name yet, and no line.
                #expect(try Self.names(layout).filter { !$0.hasSuffix(".tmp") } == [])
            }
        }
    }

    @Test(.enabled(if: SmallDisk.isPossible, "a file system of its own is mounted, which needs root"))
    func aDiskThatWasFullTakesNothingWithIt() async throws {
        try await SmallDisk.with { disk in
            let layout = try Self.layout("\(disk.path)/mon")
            let writer = SegmentWriter(layout: layout, sender: "s")
            #expect(writer.append(Self.line("s", 0), first: 0, last: 0))
            try disk.fill()
            // It cannot be written anywhere: a file stands in the place of the fallback.
            let large = [UInt8](repeating: 0x20, count: 3 << 20) + [0x0A]
            setenv("TMPDIR", "\(disk.path)/mon", 1)
            defer { unsetenv("TMPDIR") }
            let other = SegmentWriter(layout: layout, sender: "s")
            #expect(!other.append(large, first: 1, last: 1))
            #expect(!other.append(large, first: 1, last: 1))
            #expect(other.left == 0, "what holds nothing is not left to others")
            try disk.makeRoom()
            #expect(other.append(Self.line("s", 1), first: 1, last: 1))
            other.acknowledge(through: 0)
            #expect(Self.seqs(SpoolReader(layout: layout)) == [0, 1])
        }
    }

    @Test func theFallbackIsTheSameByWhicheverPath() async throws {
        try await withTestDirectory { path in
            try FileManager.default.createDirectory(atPath: "\(path)/real", withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(atPath: "\(path)/link", withDestinationPath: "\(path)/real")
            _ = FileManager.default.createFile(atPath: "\(path)/real/spool", contents: nil)
            #expect(SpoolWriter(layout: DirectoryLayout(root: "\(path)/link"), sender: "w").write(Self.event("w", 1)))
            let reader = SpoolReader(layout: DirectoryLayout(root: "\(path)/real"))
            #expect(Self.seqs(reader) == [1])
            for batch in reader.batches() { batch.acknowledge() }
        }
    }

    @Test func whatCantBeSpooledGoesToTheFallbackAndIsBroughtBack() async throws {
        try await withTestDirectory { path in
            // A file in place of the folder: not even root can write into it.
            let layout = DirectoryLayout(root: path)
            _ = FileManager.default.createFile(atPath: layout.spool, contents: nil)
            let writer = SpoolWriter(layout: layout, sender: "w")
            #expect(writer.write(Self.event("w", 1)))
            let reader = SpoolReader(layout: layout)
            #expect(reader.count() == 1)
            #expect(Self.seqs(reader) == [1])
            let segments = SegmentWriter(layout: layout, sender: "s")
            #expect(segments.append(Self.line("s", 4), first: 4, last: 4))
            #expect(reader.count() == 2)
            segments.acknowledge(through: 4)
            segments.closeSegment()
            try FileManager.default.removeItem(atPath: layout.spool)
            try FileManager.default.createDirectory(atPath: layout.spool, withIntermediateDirectories: true)
            let next = SpoolWriter(layout: layout, sender: "n")
            #expect(next.write(Self.event("n", 2)))
            #expect(try Self.names(layout) == ["n.2.json", "w.1.json"])
        }
    }
}
