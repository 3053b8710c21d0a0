import Foundation
import JobmonCore
import Testing

/// Numbers that the Python package shares with the executable.
struct ProtocolLimitsTests {
    @Test("the Python package has the same numbers")
    func python() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent("python/jobmon/_limits.py"), encoding: .utf8)
        var numbers: [String: Double] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.components(separatedBy: " = ")
            if parts.count == 2, let number = Double(parts[1]) { numbers[parts[0]] = number }
        }
        let expected: [String: Double] = [
            "HEARTBEAT_SECONDS": ProtocolLimits.heartbeat,
            "KEEP_ALIVE_SECONDS": ProtocolLimits.keepAlive,
            "IDLE_CONNECTION_SECONDS": ProtocolLimits.idleConnection,
            "EVENTS_PER_REQUEST": Double(ProtocolLimits.eventsPerRequest),
            "REQUEST_BYTES": Double(ProtocolLimits.request),
            "TRACEBACK_FIRST_FRAMES": Double(ProtocolLimits.tracebackFrames.first),
            "TRACEBACK_LAST_FRAMES": Double(ProtocolLimits.tracebackFrames.last),
            "TRACEBACK_CHAIN": Double(ProtocolLimits.tracebackChain),
            "TRACEBACK_CODE_BYTES": Double(ProtocolLimits.tracebackCode),
            "QUERY_ROWS": Double(QueryLimits().rows),
        ]
        for (name, number) in expected { #expect(numbers[name] == number, "\(name)") }
        // Those that concern the package alone.
        let own = ["LIST_PAGE", "SEGMENT_BYTES", "SEGMENT_SECONDS", "TRACEBACK_MESSAGE_BYTES", "STOP_SECONDS"]
        #expect(Set(numbers.keys) == Set(expected.keys).union(own))
    }

    @Test("late is three missed heartbeats")
    func late() { #expect(ProtocolLimits.late == 90) }
}
