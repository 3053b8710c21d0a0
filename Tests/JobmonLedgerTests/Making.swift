import JobmonCore
import Synchronization
import Testing

@testable import JobmonLedger

/// A clock that moves only when told to.
final class ManualClock: Sendable {
    private let milliseconds = Mutex<Int64>(1_800_000_000_000)

    var source: TimeSource {
        TimeSource(wall: { self.now }, steady: { Double(self.now.milliseconds) / 1000 })
    }

    var now: Timestamp { Timestamp(milliseconds: milliseconds.withLock { $0 }) }

    func advance(_ seconds: Double) { milliseconds.withLock { $0 += Int64(seconds * 1000) } }
}

/// Makes events as a sender does: each with the next sequence number.
struct Sender {
    let name: String
    private(set) var seq: Int64 = 0

    init(_ name: String) { self.name = name }

    mutating func say(_ fact: Fact, at time: Timestamp? = nil) -> Event {
        seq += 1
        return Event(identity: EventIdentity(sender: name, seq: seq), time: time, fact: fact)
    }
}

extension Event {
    /// Without an identity, as a plain requester sends it.
    static func plain(_ fact: Fact, at time: Timestamp? = nil) -> Event { Event(time: time, fact: fact) }
}

extension Fact {
    static func job(
        _ key: String, queue: String = "q", name: String? = nil, params: JSONObject = [:], maxAttempts: Int = 1
    ) -> Fact {
        .job(
            .key(queue: queue, key: key),
            JobDescription(name: name ?? "job \(key)", runfile: "/bin/true", params: params, maxAttempts: maxAttempts))
    }

    static func attempt(_ instance: String, of job: String, queue: String = "q") -> Fact {
        .submitted(.key(instance), Submission(job: .key(queue: queue, key: job), executor: "local"))
    }

    /// As `exec` makes it: the job is new and belongs to no queue.
    static func exec(_ instance: String, name: String = "exec") -> Fact {
        .submitted(
            .key(instance),
            Submission(
                description: JobDescription(name: name, runfile: "/bin/sh", args: ["-c", "x"]), executor: "exec"))
    }

    static func running(_ instance: String, pid: Int32? = 100) -> Fact {
        .running(
            .key(instance),
            Start(host: "n1", bootID: "boot", process: pid.map { ProcessIdentity(pid: $0, started: 7) }))
    }

    static func complete(_ instance: String) -> Fact {
        .outcome(
            .key(instance), Outcome(evidence: Evidence(exitCode: 0), usage: Usage(wallclock: 2, cpu: 1, maxrss: 4096)))
    }

    static func failed(
        _ instance: String, code: Int = 3, stderr: String? = "line\nValueError: bad\n", returnsAttempt: Bool = false
    ) -> Fact {
        .outcome(
            .key(instance),
            Outcome(evidence: Evidence(exitCode: code), stderr: stderr, returnsAttempt: returnsAttempt))
    }

    static func cancelled(_ instance: String, returnsAttempt: Bool = false) -> Fact {
        .outcome(.key(instance), Outcome(evidence: Evidence(cancelled: true), returnsAttempt: returnsAttempt))
    }

    static func lost(_ instance: String) -> Fact {
        .outcome(.key(instance), Outcome(status: .unknown, cause: .lost))
    }
}

extension Migration013 {
    /// Takes it back from a ledger all of whose events have their texts.
    static let undo = """
        DROP VIEW event;
        DROP TABLE event_brief; DROP TABLE event_delivery; DROP TABLE event_sender;
        DROP TABLE job_first;
        ALTER TABLE event_whole RENAME TO event;
        DELETE FROM grdb_migrations WHERE identifier = '\(identifier)';
        """
}

extension SQLiteLedger {
    /// Stores events from now on as earlier versions did.
    func keepTexts() async throws { try await write { $0.keepsTexts = true } }

    /// Records one fact as a plain requester.
    @discardableResult func say(_ fact: Fact, at time: Timestamp? = nil) async throws -> EventResult {
        let batch = try await record([.plain(fact, at: time)])
        return try #require(batch.results.first)
    }

    /// Every row of every table as text, to check that nothing changed.
    func dump() async throws -> [String] {
        var lines: [String] = []
        for table in ["job", "job_param", "job_instance", "job_status", "error", "event", "tally", "error_group"] {
            let rows = try await query("SELECT * FROM \(table) ORDER BY 1, 2, 3", limits: QueryLimits(rows: 1_000_000))
            lines += rows.rows.map { "\(table) \(JSON.array($0).text)" }
        }
        return lines
    }

    /// Rows as text, with columns joined by a bar.
    func rows(_ sql: String) async throws -> [String] {
        try await query(sql, limits: QueryLimits()).rows.map { row in
            row.map { value in if case .string(let text) = value { text } else { value.text } }.joined(separator: "|")
        }
    }

    /// Checks that the stored counts agree with the tables, and every invariant across tables.
    func checkInvariants(_ location: SourceLocation = #_sourceLocation) async throws {
        let kept = try await rows("SELECT queue, what, count FROM tally WHERE count > 0 ORDER BY 1, 2")
        let counted = try await rows(
            """
            SELECT coalesce(queue, ''), status, count(*) FROM job WHERE forgotten IS NULL GROUP BY 1, 2
            UNION ALL SELECT coalesce(queue, ''), 0, count(*) FROM error JOIN job USING (jid) WHERE forgotten IS NULL
            GROUP BY 1 ORDER BY 1, 2
            """)
        #expect(kept == counted, sourceLocation: location)
        let strays = try await write { try $0.connection.texts("PRAGMA foreign_key_check") }
        #expect(strays.isEmpty, "ids that lead nowhere", sourceLocation: location)
        let broken = [
            "one error row per failed instance":
                """
            SELECT job_instance_id FROM job_instance i WHERE (i.status = 3) <>
                (SELECT count(*) FROM error e WHERE e.job_instance_id = i.job_instance_id)
            """,
            "a status row for the present status":
                """
            SELECT job_instance_id FROM job_instance i WHERE NOT EXISTS (
                SELECT 1 FROM job_status s WHERE s.job_instance_id = i.job_instance_id AND s.status = i.status)
            """,
            "one outcome": """
            SELECT job_instance_id FROM job_status WHERE status IN (3, 4, 6) GROUP BY 1 HAVING count(*) > 1
            """,
            "one recorded outcome event": """
            SELECT job_instance_id FROM event WHERE kind IN ('complete', 'failed', 'cancelled') AND outcome = 'recorded'
            GROUP BY 1 HAVING count(*) > 1
            """,
            "attempts":
                """
            SELECT jid FROM job j WHERE attempts <> (SELECT count(*) FROM job_instance i WHERE i.jid = j.jid
                AND NOT attempt_returned) OR instances <> (SELECT count(*) FROM job_instance i WHERE i.jid = j.jid)
            """,
            "counts of groups":
                """
            SELECT id FROM error_group g WHERE (errors, jobs, first_seen, last_seen, example) IS NOT (
                SELECT count(*), count(DISTINCT e.jid), min(e.error_time), max(e.error_time), min(e.jid)
                FROM error e JOIN job j ON j.jid = e.jid WHERE e.signature_id = g.id AND j.forgotten IS NULL)
            """,
            "identities":
                "SELECT sender FROM event WHERE sender IS NOT NULL GROUP BY sender, sender_seq HAVING count(*) > 1",
        ]
        for (what, sql) in broken {
            #expect(try await rows(sql).isEmpty, "\(what)", sourceLocation: location)
        }
    }
}
