import ArgumentParser
import JobmonCore
import JobmonLedger

/// The ledger's own writing without a request around it.
struct RecordLoop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Records the senders' events in the product's ledger, in groups; says events a second.")

    @Argument(help: "The ledger's file, made anew.")
    var file: String

    @Option(help: "Events in a transaction.")
    var group = 1

    @Option(help: "Seconds that it lasts.")
    var seconds = 3.0

    @Option(help: "Instances, each with a sender of its own, heard of in turn.")
    var instances = 1024

    func run() async throws {
        let time = TimeSource.system
        // Opening it fails unless synchronous is read back as FULL.
        let ledger = try SQLiteLedger.open(.file(path: file), time: time)
        let setUp = (1...instances).flatMap { number in
            let instance = InstanceReference.key("bench-\(number)")
            let job = JobDescription(runfile: "/bin/true")
            return [
                Event(fact: .submitted(instance, Submission(description: job, executor: "bench"))),
                Event(fact: .running(instance, Start(host: "n7"))),
            ]
        }
        _ = try await ledger.record(setUp)

        let begun = time.steadySeconds()
        var done = 0
        while time.steadySeconds() - begun < seconds {
            let now = time.now()
            let events = (0..<group).map { index in
                let number = (done + index) % instances + 1
                return Event(
                    identity: EventIdentity(sender: EventText.sender(Int64(number)), seq: Int64(done + index)),
                    time: now,
                    fact: .process(
                        .key("bench-\(number)"), ProcessIdentity(pid: Int32(done + index + 1), started: 123456)))
            }
            let batch = try await ledger.record(events)
            guard batch.results.allSatisfy({ $0.outcome == .recorded }) else {
                throw Problem(.internalError, "not every event was recorded")
            }
            done += group
        }
        let took = time.steadySeconds() - begun
        try await ledger.close()
        say(#"{"events_per_s": \#(Double(done) / took)}"#)
    }
}
