import ArgumentParser
import Glibc
import JobmonCore

/// Errors are read and grouped as the ledger does it, without a ledger around it.
struct ReadErrors: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Reads failures on stdin, one JSON object a line; prints group, line and time of each.")

    @Option(help: "How often each failure is read; its time is the median.")
    var repeats = 21

    @Flag(help: "Group the failures as if their jobs had no params.")
    var noParams = false

    func validate() throws {
        guard repeats > 0 else { throw ValidationError("--repeats must be at least 1") }
    }

    func run() throws {
        for line in try Self.standardInput().split(separator: UInt8(ascii: "\n")) {
            say(JSON.object(measure(try RecordedFailure(line))).text)
        }
    }

    /// What `Recorder` does with the outcome of an instance that failed.
    private func measure(_ failure: RecordedFailure) -> JSONObject {
        let outcome = failure.outcome
        let params = noParams ? [:] : failure.params
        let time = TimeSource.system
        var seconds: [Double] = []
        var result: JSONObject = [:]
        for round in 0..<repeats {
            let begun = time.steadySeconds()
            let cause = outcome.resolvedCause
            let described = ErrorText.describe(outcome, cause: cause)
            let signature = ErrorSignature(
                cause: cause, evidence: outcome.evidence, reading: described.reading, params: params)
            seconds.append(time.steadySeconds() - begun)
            guard round == repeats - 1 else { continue }
            result = [
                "key": .string(signature.key), "title": .string(signature.title),
                "headline": .string(described.headline), "reader": .string(described.reading.reader),
            ]
        }
        seconds.sort()
        result["us"] = .double(seconds[seconds.count / 2] * 1e6)
        return result
    }

    private static func standardInput() throws(Problem) -> [UInt8] {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(0, $0.baseAddress, $0.count) }
            if count > 0 { all += buffer[..<count] }
            if count == 0 { return all }
            guard count > 0 || errno == EINTR else { throw Problem(.internalError, "stdin cannot be read") }
        }
    }
}

/// How a command failed, and what it wrote, as `Tests/Corpus` has it.
private struct RecordedFailure {
    let outcome: Outcome
    let params: JSONObject

    init(_ line: ArraySlice<UInt8>) throws {
        let fields = try JSONFields(try JSON(parsing: line), named: "a failure")
        var outcome = Outcome(
            evidence: Evidence(
                exitCode: try fields.int("exit").map { Int($0) }, signal: try fields.int("signal").map { Int($0) }),
            stderr: try fields.string("stderr"))
        guard outcome.status == .failed else { throw Problem(.invalid, "a failure has neither exit code nor signal") }
        let stdout = try fields.string("stdout")
        let log = try fields.fields("log").map { log in
            KnownLog(
                path: try log.required("path", try log.string("path")),
                text: try log.required("text", try log.string("text")))
        }
        // As the process beside the command sends them.
        (outcome.stdout, outcome.log) = StreamReading.beside(outcome.stderr, stdout: { stdout }, log: { log })
        self.outcome = outcome
        params = try fields.fields("params")?.object ?? [:]
    }
}
