import Glibc
import JobmonProcesses
import JobmonTestSupport
import Testing

@Suite struct OutputTailTests {
    @Test(arguments: [1, 2, 3, 5, 7, 100]) func itKeepsTheLastBytes(part: Int) {
        let all = (0..<50).map { UInt8($0) }
        var tail = OutputTail(capacity: 16)
        for start in stride(from: 0, to: all.count, by: part) {
            tail.append(Array(all[start..<min(all.count, start + part)]))
        }
        #expect(tail.bytes == Array(all.suffix(16)))
        #expect(tail.total == 50)
    }

    @Test func lessThanTheCapacityIsAll() {
        var tail = OutputTail(capacity: 16)
        tail.append(Array("short".utf8))
        #expect(tail.text == "short")
    }

    @Test func aCutCharacterIsLeftOut() {
        var tail = OutputTail(capacity: 4)
        tail.append(Array("aüxyz".utf8))
        #expect(tail.text == "xyz")
    }

    @Test func bytesThatAreNoTextStayWithinTheLimit() {
        var tail = OutputTail()
        tail.append([UInt8](repeating: 0xFF, count: 70000))
        #expect(tail.text.utf8.count <= 64 << 10)
        #expect(!tail.text.isEmpty)
    }

    @Test func theEndOfAFileFromWhereItBegan() async throws {
        try await withTestDirectory { path in
            let fd = open("\(path)/log", O_CREAT | O_WRONLY | O_APPEND, 0o600)
            defer { close(fd) }
            _ = "before\n".withCString { write(fd, $0, 7) }
            #expect(OutputTail.behind(fd, from: 7)?.isEmpty == true)
            _ = "after\n".withCString { write(fd, $0, 6) }
            #expect(OutputTail.behind(fd, from: 7) == "after\n")
            #expect(OutputTail.behind(fd, from: 0, capacity: 3) == "er\n")
            #expect(OutputTail.ofFile("\(path)/log") == "before\nafter\n")
            #expect(OutputTail.ofFile("\(path)/none") == nil)
        }
    }
}
