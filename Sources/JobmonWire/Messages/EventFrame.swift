package import JobmonCore

/// One frame of the stream of `GET /v1/events` (server-sent events).
package enum EventFrame: Sendable, Equatable {
    /// The first frame: the stream starts after this sequence number. Everything recorded from now on will follow.
    case start(sequence: Int64)
    /// One change; the frame's id is its sequence number.
    case change(Change)
    /// The subscriber read too slowly for the changes kept in memory. The next ones are read from the ledger; none is
    /// omitted.
    case lagged(sequence: Int64)

    /// A keep-alive sign: nothing happened, and the monitor is alive.
    package static let keepAlive: [UInt8] = Array(": \n\n".utf8)

    /// Appends the frame's text.
    package func write(to bytes: inout [UInt8]) {
        switch self {
        case .start(let sequence): Self.write("start", sequence, ["sequence": .int(sequence)], to: &bytes)
        case .change(let change): Self.write("change", change.sequence, change.json, to: &bytes)
        case .lagged(let sequence): Self.write("lagged", sequence, ["sequence": .int(sequence)], to: &bytes)
        }
    }

    private static func write(_ event: StaticString, _ id: Int64, _ data: JSON, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: "id: \(id)\nevent: \(event)\ndata: ".utf8)
        data.write(to: &bytes)
        bytes.append(contentsOf: "\n\n".utf8)
    }

    /// Reads a frame from the fields of the stream; nil for a frame that only newer monitors know.
    fileprivate init?(event: String, data: [UInt8]) throws(FieldError) {
        let json: JSON
        do throws(JSONSyntaxError) { json = try JSON(parsing: data) } catch { throw FieldError("data", "is \(error)") }
        switch event {
        case "start": self = .start(sequence: try JSONFields(json, named: "data").requiredInt("sequence"))
        case "change": self = .change(try Change(json))
        case "lagged": self = .lagged(sequence: try JSONFields(json, named: "data").requiredInt("sequence"))
        default: return nil
        }
    }
}

/// Reads frames from the bytes of an event stream as they arrive.
package struct EventFrameReader: Sendable {
    /// Longer than any frame: a change contains only the headline of an error.
    package static let maximumLine = 8 << 20

    private var line: [UInt8] = []
    private var event = ""
    private var data: [UInt8] = []
    private var hasData = false
    private var afterReturn = false

    package init() {}

    /// Adds bytes, and returns the frames that are complete now.
    /// - Throws: a `FieldError` if this is not an event stream of jobmon.
    package mutating func append(_ bytes: some Sequence<UInt8>) throws(FieldError) -> [EventFrame] {
        var frames: [EventFrame] = []
        for byte in bytes {
            let afterReturn = self.afterReturn
            self.afterReturn = byte == UInt8(ascii: "\r")
            switch byte {
            case UInt8(ascii: "\n") where afterReturn: continue
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                if let frame = try endLine() { frames.append(frame) }
            default:
                guard line.count < Self.maximumLine else { throw FieldError("line", "is too long") }
                line.append(byte)
            }
        }
        return frames
    }

    private mutating func endLine() throws(FieldError) -> EventFrame? {
        defer { line.removeAll(keepingCapacity: true) }
        guard !line.isEmpty else {
            defer {
                event = ""
                data.removeAll(keepingCapacity: true)
                hasData = false
            }
            return hasData ? try EventFrame(event: event, data: data) : nil
        }
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        var value = line[min(colon + 1, line.endIndex)...]
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        switch String(decoding: line[..<colon], as: UTF8.self) {
        case "event": event = String(decoding: value, as: UTF8.self)
        case "data":
            if hasData { data.append(UInt8(ascii: "\n")) }
            data.append(contentsOf: value)
            hasData = true
        default: break
        }
        return nil
    }
}
