import JobmonCore
import Testing

@testable import JobmonWire

@Suite struct SupervisorReportTests {
    @Test(
        "a supervisor's messages are read back as they were written",
        arguments: [
            .hello(version: 2, pid: 77, state: SupervisorState(running: ["a"], waiting: ["b", "c"])),
            .started(["k1", "quoted \" and \\ and \n"]), .completed([]), .completed(["k1"]),
            .event(Event(time: Timestamp(milliseconds: 1), fact: .outcome(.key("k"), Outcome(status: .failed)))),
            .returned(["k2"]), .unacknowledged(0), .unacknowledged(12),
            .state(number: 3, SupervisorState(running: [], waiting: ["x"])),
        ] as [SupervisorReport])
    func roundTrip(_ report: SupervisorReport) throws {
        var line: [UInt8] = []
        report.write(to: &line)
        #expect(line.last == 0x0A)
        #expect(line.dropLast().contains(0x0A) == false)
        #expect(try SupervisorReport(line: line.dropLast()) == report)
    }

    @Test(
        "messages that a supervisor does not send are refused",
        arguments: [
            "", "{}", "{\"kind\":\"started\"}", "{\"kind\":\"completed\",\"keys\":[1]}",
            "{\"kind\":\"hello\",\"version\":0,\"pid\":1}",
        ])
    func refused(_ line: String) {
        #expect(throws: Problem.self) { try SupervisorReport(line: Array(line.utf8)) }
    }
}
