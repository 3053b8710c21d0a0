import Hummingbird
import JobmonCore
import JobmonWire
import Logging
import NIOCore

/// Queries, the stop request, and metrics for a monitoring system.
extension Responder {
    func runQuery(_ body: ByteBuffer) async throws -> Response {
        let request = try read(body) { (json) throws(FieldError) in try QueryRequest(json) }
        return answer(try await connection.query(request.sql, limits: request.limits).json)
    }

    func stopMonitor() -> Response {
        logger.notice("asked to stop")
        stop.ask()
        return answer(["stopping": true])
    }

    func metrics() async throws -> Response {
        let summary = try await connection.summary(queue: nil)
        var text = OpenMetrics()
        text.family("jobmon_jobs", "gauge", "Jobs by status.")
        for status in Status.allCases {
            text.sample("jobmon_jobs", ["status": status.label], summary.jobs[status] ?? 0)
        }
        text.family("jobmon_late_instances", "gauge", "Running instances that have not reported for long.")
        text.sample("jobmon_late_instances", [:], summary.late)
        text.family("jobmon_errors", "gauge", "Errors that are recorded.")
        text.sample("jobmon_errors", [:], summary.errors)
        text.family("jobmon_sequence", "gauge", "The latest sequence number.")
        text.sample("jobmon_sequence", [:], Int(summary.sequence))
        let writer = connection.writer.statistics
        text.family("jobmon_events", "counter", "Events by outcome, since the start of the monitor.")
        for outcome in EventResult.Outcome.allCases {
            text.sample("jobmon_events_total", ["outcome": outcome.rawValue], writer.outcomes[outcome] ?? 0)
        }
        text.family("jobmon_events_turned_away", "counter", "Events that were answered with 503.")
        text.sample("jobmon_events_turned_away_total", [:], writer.turnedAway)
        text.family("jobmon_commits", "counter", "Transactions.")
        text.sample("jobmon_commits_total", [:], writer.commits)
        text.family("jobmon_waiting_events", "gauge", "Events that wait for a commit.")
        text.sample("jobmon_waiting_events", [:], writer.waitingEvents)
        text.family("jobmon_requests", "counter", "Requests by HTTP status.")
        for (status, count) in counts.all.sorted(by: { $0.key < $1.key }) {
            text.sample("jobmon_requests_total", ["status": String(status)], count)
        }
        return answer(text.finished, type: WireNames.openMetrics)
    }
}

/// Writes the text format of OpenMetrics 1.0.
private struct OpenMetrics {
    private var text = ""

    mutating func family(_ name: String, _ type: String, _ help: String) {
        text += "# TYPE \(name) \(type)\n# HELP \(name) \(help)\n"
    }

    mutating func sample(_ name: String, _ labels: [String: String], _ value: Int) {
        let words = labels.map { "\($0.key)=\"\($0.value)\"" }.joined(separator: ",")
        text += words.isEmpty ? "\(name) \(value)\n" : "\(name){\(words)} \(value)\n"
    }

    var finished: [UInt8] { Array((text + "# EOF\n").utf8) }
}
