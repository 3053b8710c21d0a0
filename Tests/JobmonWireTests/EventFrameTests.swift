import JobmonCore
import JobmonTestSupport
import JobmonWire
import Testing

struct EventFrameTests {
    static let frames: [EventFrame] =
        [.start(sequence: 3), .lagged(sequence: 4)]
        + (5..<40).map { number in
            .change(
                Change(
                    sequence: number, kind: "failed", time: RecordTests.moment, jid: number, status: .failed,
                    error: "line\nbreak \r é \u{1F600} data: x"))
        }

    static var text: [UInt8] {
        var bytes: [UInt8] = []
        for (index, frame) in frames.enumerated() {
            if index % 3 == 0 { bytes += EventFrame.keepAlive }
            frame.write(to: &bytes)
        }
        return bytes
    }

    // Cut at every position, even between the bytes of a character: the frames are the same.
    @Test func readsBackHoweverItIsCut() throws {
        for size in 1...17 {
            var reader = EventFrameReader()
            var read: [EventFrame] = []
            var rest = Self.text[...]
            while !rest.isEmpty {
                read += try reader.append(rest.prefix(size))
                rest = rest.dropFirst(size)
            }
            #expect(read == Self.frames)
        }
    }

    @Test func otherLineEnds() throws {
        let text = String(decoding: Self.text, as: UTF8.self)
        for end in ["\r\n", "\r"] {
            var reader = EventFrameReader()
            var converted: [UInt8] = []
            for byte in text.utf8 { converted += byte == 0x0A ? Array(end.utf8) : [byte] }
            // A final "\r" may be half of "\r\n": a further line decides.
            #expect(try reader.append(converted + Array(":\n".utf8)) == Self.frames)
        }
    }

    @Test func whatANewerMonitorSaysIsLeftAlone() throws {
        var reader = EventFrameReader()
        #expect(try reader.append(Array("event: news\ndata: {}\nretry: 5\n\n".utf8)).isEmpty)
        #expect(try reader.append(Array("data: {}\n\n".utf8)).isEmpty)
        #expect(throws: FieldError.self) { try reader.append(Array("event: change\ndata: {\n\n".utf8)) }
    }

    @Test func aLineWithoutEndIsRefused() {
        #expect(throws: FieldError.self) {
            var reader = EventFrameReader()
            _ = try reader.append(repeatElement(UInt8(ascii: "x"), count: EventFrameReader.maximumLine + 1))
        }
    }
}
