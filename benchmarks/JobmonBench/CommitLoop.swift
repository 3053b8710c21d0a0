import ArgumentParser
import JobmonCore

/// SQLite alone, as fast as it goes: for each event one INSERT into a log and one UPDATE of the instance's row, some
/// events a transaction, WAL, synchronous FULL.
struct CommitLoop: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Commits by SQLite alone; says events a second, and synchronous as it was read back.")

    @Argument(help: "The file, made anew.")
    var file: String

    @Option(help: "Events in a transaction.")
    var group = 1

    @Option(help: "Seconds that it lasts.")
    var seconds = 3.0

    @Option(help: "Rows of instances, updated in turn.")
    var instances = 1024

    func run() throws {
        let database = try Database(file)
        try database.execute(
            """
            PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;
            PRAGMA cache_size = -32000;
            CREATE TABLE instance (id INTEGER PRIMARY KEY, status INTEGER, pid INTEGER, last_seen TEXT);
            CREATE TABLE log (seq INTEGER PRIMARY KEY, time TEXT, instance INTEGER, body TEXT);
            BEGIN;
            """)
        let make = try database.prepare("INSERT INTO instance VALUES (?, 2, 0, '')")
        for number in 1...instances {
            make.bind(1, Int64(number))
            guard make.run() else { throw database.failure("INSERT") }
        }
        try database.execute("COMMIT")

        let insert = try database.prepare("INSERT INTO log (time, instance, body) VALUES (?, ?, ?)")
        let update = try database.prepare("UPDATE instance SET pid = ?, last_seen = ? WHERE id = ?")
        let time = TimeSource.system
        let begun = time.steadySeconds()
        var done = 0
        while time.steadySeconds() - begun < seconds {
            try database.execute("BEGIN IMMEDIATE")
            let now = time.now().description
            for _ in 0..<group {
                let instance = Int64(done % instances + 1)
                insert.bind(1, now)
                insert.bind(2, instance)
                // As long as the events that the senders send.
                insert.bind(3, EventText.process(sender: EventText.sender(instance), seq: done, instance: instance))
                update.bind(1, Int64(done))
                update.bind(2, now)
                update.bind(3, instance)
                guard insert.run(), update.run() else { throw database.failure("an event") }
                done += 1
            }
            try database.execute("COMMIT")
        }
        let took = time.steadySeconds() - begun
        let synchronous = try database.number("PRAGMA synchronous")
        say(#"{"events_per_s": \#(Double(done) / took), "synchronous": \#(synchronous)}"#)
    }
}

/// The events of the benchmarks as text; the load script makes the same.
enum EventText {
    static func sender(_ number: Int64) -> String {
        let text = String(number)
        return "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - text.count) + text
    }

    static func process(sender: String, seq: Int, instance: Int64) -> String {
        #"{"kind":"process","sender":"\#(sender)","seq":\#(seq),"time":"2026-01-31T09:30:00.000Z","#
            + #""instance_key":"bench-\#(instance)","pid":\#(seq % 4_000_000 + 1),"pid_started":123456}"#
    }
}
