import Glibc
import JobmonSystem
import JobmonTestSupport
import Testing

/// Whole reads and writes of files.
struct DescriptorTests {
    @Test("reads what is there, from an offset, up to a limit however large")
    func reads() async throws {
        try await withTestDirectory { directory in
            let file = open("\(directory)/file", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            defer { close(file) }
            let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            #expect(Descriptor.writeAll(file, bytes))
            #expect(Descriptor.read(file, from: 0, atMost: .max) == bytes)
            #expect(Descriptor.read(file, from: 199_990, atMost: 100) == Array(bytes.suffix(10)))
            #expect(Descriptor.read(file, from: 5, atMost: 70_000) == Array(bytes[5..<70_005]))
            #expect(Descriptor.read(file, from: 0, atMost: 0) == [])
            #expect(Descriptor.read(file, from: 300_000, atMost: 10) == [])
            lseek(file, 0, SEEK_SET)
            #expect(Descriptor.readAll(file) == bytes)
        }
    }

    @Test("what can't be read or written is told apart from an empty file")
    func fails() {
        #expect(Descriptor.read(-1, from: 0, atMost: 10) == nil)
        #expect(Descriptor.readAll(-1) == nil)
        #expect(!Descriptor.writeAll(-1, [1]))
        #expect(SystemError.text(ENOENT) == "No such file or directory")
        #expect(SymbolicLink.target("/nowhere/at/all") == nil)
        #expect(SymbolicLink.target(SymbolicLink.ownExecutable) != nil)
    }
}
