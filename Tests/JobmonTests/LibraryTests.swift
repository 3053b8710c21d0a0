import Foundation
import JobmonCore
import JobmonTestSupport
import Logging
import Testing

@testable import Jobmon

/// The library as used by a program: real processes, a real ledger, the monitor in this process.
@Suite(.timeLimit(.minutes(20)), .serialized)
struct LibraryTests {
    private struct Wrong: Error, CustomStringConvertible { let description: String }

    /// The program of this process is the test runner, which has a `jobmon` beside it.
    private static func finds() { setenv("JOBMON_EXECUTABLE", Executable.path, 1) }

    private func options(_ change: (inout JobQueue.Options) -> Void = { _ in }) -> JobQueue.Options {
        Self.finds()
        var options = JobQueue.Options()
        options.logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        change(&options)
        return options
    }

    @Test("jobs run as they come, and a queue that was waited for accepts more")
    func queueTakesMore() async throws {
        try await withTestDirectory { directory in
            try await withCentralJobMonitor(directory: "\(directory)/run") { monitor in
                let queue = try await JobQueue(monitor: monitor, executor: .local(parallelism: 4), options: options())
                let jobs = (0..<50).map { queue.createJob(runfile: "/bin/true", name: "t\($0)", key: "\($0)") }
                let jids = try await queue.queueJobs(jobs)
                #expect(jids == Array(1...50))
                #expect(try await queue.queueJob(jobs[7]) == jids[7])
                let result = try await queue.blockTillDone()
                #expect(result.isComplete && result.counts.complete == 50)

                let failing = queue.createJob(
                    runfile: "sh", name: "bad", parameters: ["-c", "echo 'no luck' >&2; exit 3"],
                    params: ["year": "1995"])
                let jid = try await queue.queueJob(failing, timeout: .seconds(20), retries: 1)
                let second = try await queue.blockTillDone()
                #expect(second.counts.complete == 50 && second.counts.failed == 1)
                #expect(second.failures.map(\.headline) == ["no luck"] && second.failures[0].attempts == 2)

                let failed = try await monitor.jobs(withStatus: .failed)
                #expect(failed.map(\.jid) == [jid] && failed[0].reason == "exit code 3: no luck")
                #expect(failed[0].instances.count == 2 && failed[0].params == ["year": "1995"])
                #expect(try await monitor.jobs(params: ["year": "1995"]).count == 1)
                #expect(try await monitor.counts(queue: "queue")[.complete] == 50)
                let again = try await monitor.job(jids[7])
                #expect(again.instances.count == 1 && again.status == .complete)
            }
            // The next monitor finds the directory free, and reads what was recorded.
            let listed = try await Executable.run(["jobs", "-d", "\(directory)/run", "--status", "failed"])
            #expect(listed.stdout.contains("no luck"), "\(listed.stderr)")
        }
    }

    @Test("jobs wait for jobs, and ask for slots and memory; what can't be is refused")
    func dependencies() async throws {
        try await withTestDirectory { directory in
            try await withCentralJobMonitor(directory: "\(directory)/run") { monitor in
                let queue = try await JobQueue(
                    monitor: monitor, executor: .local(parallelism: 4, memory: 4 << 30), options: options { _ in })
                func say(_ name: String) -> Job {
                    queue.createJob(
                        runfile: "sh", name: name,
                        parameters: ["-c", "echo \(name) $OMP_NUM_THREADS >>\(directory)/order"],
                        params: ["kind": name])
                }
                let (first, second) = (say("a"), say("b"))
                try await queue.queueJob(first)
                try await queue.queueJob(second, memory: .gigabytes(3), after: [.job(first)])
                try await queue.queueJob(say("c"), slots: 2, after: ["b*", .params(["kind": "a"]), .number(1)])
                let unknown = await #expect(throws: JobmonError.self) {
                    try await queue.queueJob(say("d"), after: ["nobody"])
                }
                #expect(unknown?.message.contains("\"nobody\"") == true)
                let large = await #expect(throws: JobmonError.self) {
                    try await queue.queueJob(say("e"), memory: .gigabytes(5))
                }
                #expect(large?.message.contains("5.0 GiB of memory, and there are 4.0 GiB") == true)
                let bad = queue.createJob(runfile: "false", name: "bad")
                try await queue.queueJob(bad)
                try await queue.queueJob(say("f"), after: [.job(bad)])
                let result = try await queue.blockTillDone()
                #expect(result.counts.complete == 3 && result.counts.failed == 1 && result.counts.cancelled == 1)
                let order = try String(contentsOfFile: "\(directory)/order", encoding: .utf8)
                #expect(order.split(separator: "\n").map { $0.prefix(1) } == ["a", "b", "c"], "\(order)")
            }
        }
    }

    @Test("rules say what follows single causes")
    func retryRules() async throws {
        try await withTestDirectory { directory in
            try await withCentralJobMonitor(directory: "\(directory)/run") { monitor in
                let written = try RetryRule("timeout:1,time=2x")
                let queue = try await JobQueue(
                    monitor: monitor,
                    options: options {
                        $0.retries = 1
                        $0.retryRules = [
                            .afterExitCode(75, times: 2, memory: 1.5), .after(.signal, times: 0), written,
                        ]
                        $0.maxMemory = .gigabytes(2)
                    })
                for (name, line) in [("again", "exit 75"), ("killed", "kill -9 $$"), ("usual", "exit 1")] {
                    try await queue.queueJob(
                        queue.createJob(runfile: "sh", name: name, parameters: ["-c", line]), memory: .gigabytes(1))
                }
                let result = try await queue.blockTillDone()
                #expect(result.failures.map(\.attempts) == [3, 1, 2], "\(result)")
                let first = try await monitor.job(1)
                // Those that the rule granted come on top of one retry.
                #expect(first.maxAttempts == 4 && first.instances.count == 3)

                let refused = await #expect(throws: JobmonError.self) {
                    _ = try await JobQueue(
                        monitor: monitor, name: "other",
                        options: options { $0.retryRules = [.after(.cancelled, times: 1)] })
                }
                #expect(refused?.kind == .invalid && refused?.message.contains("no cause of failures") == true)
            }
        }
        let wrong = #expect(throws: JobmonError.self) { _ = try RetryRule("oomm:1") }
        #expect(wrong?.message.contains("did you mean \"oom\"") == true)
    }

    @Test("a ledger in memory leaves its reports, and does not hide an existing ledger")
    func ledgerInMemory() async throws {
        try await withTestDirectory { directory in
            try await withCentralJobMonitor(directory: "\(directory)/run", persistent: false) { monitor in
                try await withJobQueue(monitor: monitor, options: options()) { queue in
                    try await queue.queueJob(queue.createJob(runfile: "/bin/true", name: "one"))
                }
                let reports = try await monitor.generateReport()
                #expect(try String(contentsOfFile: reports[0], encoding: .utf8).contains("one"))
            }
            #expect(!FileManager.default.fileExists(atPath: "\(directory)/run/job_monitor.sqlite"))
            try await withCentralJobMonitor(directory: "\(directory)/run") { _ in }
            let error = await #expect(throws: JobmonError.self) {
                _ = try await CentralJobMonitor(directory: "\(directory)/run", persistent: false)
            }
            #expect(error?.kind == .unavailable && error?.message.contains("job_monitor.sqlite") == true)
        }
    }

    @Test("an invalid request throws a typed error with a hint")
    func typedErrors() async throws {
        try await withTestDirectory { directory in
            try await withCentralJobMonitor(directory: "\(directory)/run") { monitor in
                let taken = await #expect(throws: JobmonError.self) {
                    _ = try await CentralJobMonitor(directory: "\(directory)/run")
                }
                #expect(taken?.kind == .inUse && taken?.hint?.contains("jobmon stop") == true)
                #expect(throws: JobmonError.self) { _ = try JobExecutor.named("pbs") }
                let queue = try await JobQueue(monitor: monitor, name: "q", options: options())
                let same = await #expect(throws: JobmonError.self) {
                    _ = try await JobQueue(monitor: monitor, name: "q", options: options())
                }
                #expect(same?.kind == .inUse, "\(String(describing: same))")
                let empty = await #expect(throws: JobmonError.self) {
                    try await queue.queueJob(queue.createJob(runfile: ""))
                }
                #expect(empty?.kind == .invalid)
                setenv("JOBMON_EXECUTABLE", "/nowhere/jobmon", 1)
                let lost = await #expect(throws: JobmonError.self) {
                    _ = try await JobQueue(monitor: monitor, name: "other")
                }
                Self.finds()
                #expect(lost?.kind == .executableNotFound && lost?.hint != nil)
                try await queue.blockTillDone()
                let unwritable = await #expect(throws: JobmonError.self) {
                    try await monitor.generateReport(into: "/proc/nowhere")
                }
                #expect(unwritable?.kind == .unavailable)
            }
            let file = await #expect(throws: JobmonError.self) {
                _ = try await CentralJobMonitor(directory: "/dev/null/run")
            }
            #expect(file?.kind == .unavailable && file?.hint != nil)
        }
    }

    @Test("a stopped queue ends its jobs, and the next one continues")
    func stopAndGoOn() async throws {
        try await withTestDirectory { directory in
            let mark = "\(directory)/mark"
            let script = "echo x >> '\(mark)'; [ -e '\(directory)/go' ] || exec sleep 600"
            func make(_ queue: JobQueue) -> Job {
                queue.createJob(runfile: "sh", name: "long", parameters: ["-c", script], key: "long")
            }
            try await withCentralJobMonitor(directory: "\(directory)/run") { monitor in
                let queue = try await JobQueue(monitor: monitor, options: options())
                try await queue.queueJob(make(queue))
                try await waitUntil("it runs") { FileManager.default.fileExists(atPath: mark) }
                let waiting = Task { try await queue.blockTillDone() }
                waiting.cancel()
                let error = await #expect(throws: JobmonError.self) { _ = try await waiting.value }
                #expect(error?.kind == .ended)
                #expect(try await monitor.jobs().map(\.status) == [.queued])
            }
            _ = FileManager.default.createFile(atPath: "\(directory)/go", contents: nil)
            try await withCentralJobMonitor(directory: "\(directory)/run") { monitor in
                let result = try await withJobQueue(monitor: monitor, options: options()) { queue in
                    try await queue.queueJob(make(queue))
                }
                #expect(result.isComplete && result.counts.total == 1)
                #expect(try await monitor.jobs()[0].instances.map(\.status) == [.cancelled, .complete])
            }
        }
    }

    @Test("a job of a queue that logs an error and fails has it in its error")
    func errorOfARunningJob() async throws {
        try await withTestDirectory { directory in
            try await withCentralJobMonitor(directory: "\(directory)/run") { monitor in
                let queue = try await JobQueue(monitor: monitor, options: options())
                // The job passes its name to us and waits, so that its errors can be logged while it runs.
                let script =
                    "echo $JOBMON_INSTANCE > '\(directory)/key'; until [ -e '\(directory)/go' ]; do sleep 0.05; done; exit 2"
                try await queue.queueJob(queue.createJob(runfile: "sh", name: "job", parameters: ["-c", script]))
                let key = try await waitFor("its instance") {
                    let text = try? String(contentsOfFile: "\(directory)/key", encoding: .utf8)
                    return text.flatMap { $0.hasSuffix("\n") ? String($0.dropLast()) : nil }
                }
                setenv("JOBMON_DIR", "\(directory)/run", 1)
                setenv("JOBMON_INSTANCE", key, 1)
                Logger(label: "app") { JobmonLogHandler(label: $0) }.error("disk is full")
                unsetenv("JOBMON_DIR")
                unsetenv("JOBMON_INSTANCE")
                _ = FileManager.default.createFile(atPath: "\(directory)/go", contents: nil)
                let result = try await queue.blockTillDone()
                #expect(result.counts.failed == 1)
                let reason = try await waitFor("its reason") { () -> String? in
                    let reason = try await monitor.jobs()[0].reason
                    return reason?.contains("disk") == true ? reason : nil
                }
                #expect(reason == "exit code 2: app: disk is full")
            }
        }
    }

    @Test("every status and cause of the ledger has a public counterpart")
    func twins() {
        #expect(Status.allCases.map { JobStatus($0).rawValue } == Status.allCases.map(\.rawValue))
        #expect(Cause.allCases.map { FailureCause($0).rawValue } == Cause.allCases.map(\.rawValue))
        #expect(JobStatus.allCases.count == Status.allCases.count)
        #expect(FailureCause.allCases.count == Cause.allCases.count)
    }

    @Test("a monitor that has ended frees the directory and refuses queues, even while references to it remain")
    func endedMonitor() async throws {
        try await withTestDirectory { directory in
            for persistent in [false, true] {
                let monitor = try await CentralJobMonitor(directory: "\(directory)/run", persistent: persistent)
                let queue = try await JobQueue(monitor: monitor, options: options())
                try await queue.queueJob(queue.createJob(runfile: "/bin/true", name: "one"))
                try await queue.blockTillDone()
                await monitor.stopResponder()
                // As controllers have always done: the report comes after the end of the responder.
                try await monitor.generateReport()
                #expect(try await monitor.jobs(withStatus: .complete).map(\.name) == ["one"])
                await monitor.stopPublisher()
                let late = await #expect(throws: JobmonError.self) {
                    try await queue.queueJob(queue.createJob(runfile: "/bin/true"))
                }
                #expect(late?.kind == .ended && late?.hint != nil, "\(String(describing: late))")
                let again = try await CentralJobMonitor(directory: "\(directory)/run")
                // The queue's name is free too.
                let next = try await JobQueue(monitor: again, options: options())
                try await next.queueJob(next.createJob(runfile: "/bin/true", name: "two"))
                try await next.blockTillDone()
                await again.stopPublisher()
                withExtendedLifetime((monitor, queue)) {}
                try FileManager.default.removeItem(atPath: "\(directory)/run")
            }
        }
    }

    @Test("a queue and a monitor that are asked to stop by another process end, and say so")
    func stoppedFromElsewhere() async throws {
        try await withTestDirectory { directory in
            let monitor = try await CentralJobMonitor(directory: "\(directory)/run")
            let queue = try await JobQueue(monitor: monitor, options: options())
            try await queue.queueJob(queue.createJob(runfile: "sleep", parameters: ["600"]))
            try await waitUntil("it runs") { await queue.counts.running == 1 }
            let waiting = Task { try await queue.blockTillDone() }
            let stopped = try await Executable.run(["stop", "-d", "\(directory)/run"])
            #expect(stopped.status == 0, "\(stopped.stderr)")
            let error = await #expect(throws: JobmonError.self) { _ = try await waiting.value }
            #expect(error?.kind == .ended)
            let late = await #expect(throws: JobmonError.self) {
                _ = try await JobQueue(monitor: monitor, name: "late")
            }
            #expect(late?.kind == .ended)
            try await withCentralJobMonitor(directory: "\(directory)/run") { next in
                let jobs = try await next.jobs()
                #expect(jobs.map(\.status) == [.queued])
            }
        }
    }

    @Test("a queue and a monitor without references end, and free the directory")
    func letGoOf() async throws {
        try await withTestDirectory { directory in
            func forgetful() async throws {
                let monitor = try await CentralJobMonitor(directory: "\(directory)/run")
                let queue = try await JobQueue(monitor: monitor, options: options())
                try await queue.queueJob(queue.createJob(runfile: "/bin/true", name: "one"))
            }
            try await forgetful()
            let next = try await waitFor("the directory is free") {
                try? await CentralJobMonitor(directory: "\(directory)/run")
            }
            #expect(try await next.jobs().map(\.status) == [.complete])
            await next.stopPublisher()
        }
    }

    @Test("a monitored piece of the program is a job, with its logged errors if it fails")
    func monitoredPieces() async throws {
        try await withTestDirectory { directory in
            try await withCentralJobMonitor(directory: "\(directory)/run") { monitor in
                let logger = Logger(label: "app") { JobmonLogHandler(label: $0) }
                let value = await monitor.monitored(name: "good", params: ["year": "1995"]) {
                    logger.error("a trifle")
                    return 42
                }
                #expect(value == 42)
                await #expect(throws: Wrong.self) {
                    try await monitored(name: "bad", directory: "\(directory)/run") {
                        logger.error("the survey is empty")
                        throw Wrong(description: "no data")
                    }
                }
                await #expect(throws: CancellationError.self) {
                    try await monitor.monitored(name: "cancelled") { throw CancellationError() }
                }
                let jobs = try await waitFor("all three are over") {
                    let jobs = try await monitor.jobs()
                    return jobs.count == 3 && jobs.allSatisfy { $0.status.isFinal } ? jobs : nil
                }
                #expect(jobs.map(\.name) == ["good", "bad", "cancelled"])
                #expect(jobs.map(\.status) == [.complete, .failed, .cancelled])
                #expect(jobs[1].reason == "Wrong: no data")
                #expect(jobs[1].instances[0].error == "app: the survey is empty\nWrong: no data")
                #expect(jobs[0].instances[0].executor == "program" && jobs[0].params == ["year": "1995"])
            }
            // Without a monitor it runs all the same, and its facts wait in the spool.
            await monitored(name: "alone", directory: "\(directory)/run") {}
            try await withCentralJobMonitor(directory: "\(directory)/run") { monitor in
                let alone = try await monitor.jobs(name: "alone")
                #expect(alone.map(\.status) == [.complete])
            }
        }
    }

    @Test("what a job logs as an error is part of its error")
    func loggedErrors() async throws {
        try await withTestDirectory { directory in
            try await withCentralJobMonitor(directory: "\(directory)/run") { monitor in
                // In the environment of a job of a queue; the program is this one.
                let failing = try await Executable.run(
                    [
                        "exec", "-d", "\(directory)/run", "--name", "job", "--", "sh", "-c",
                        "echo $JOBMON_INSTANCE; exit 0",
                    ])
                let key = failing.stdout.trimmingCharacters(in: .whitespacesAndNewlines)
                // `exec` does not wait long for its last fact to be acknowledged.
                try await waitUntil("its end is recorded") {
                    try await monitor.jobs(withStatus: .complete).count == 1
                }
                setenv("JOBMON_DIR", "\(directory)/run", 1)
                setenv("JOBMON_INSTANCE", key, 1)
                defer {
                    unsetenv("JOBMON_DIR")
                    unsetenv("JOBMON_INSTANCE")
                }
                let logger = Logger(label: "app") { JobmonLogHandler(label: $0) }
                logger.critical("disk is full", metadata: ["path": "/scratch"])
                logger.warning("this is not sent")
                var seen: [JobEvent] = []
                for await event in monitor.events(after: 0) {
                    seen.append(event)
                    if event.kind == "error" { break }
                }
                #expect(seen.last?.error == "app: disk is full path=/scratch")
                #expect(seen.map(\.kind) == ["submitted", "running", "complete", "error"])
            }
        }
    }

    @Test("events are followed from monitor to monitor, and continue where one stopped")
    func eventsResume() async throws {
        try await withTestDirectory { directory in
            let path = "\(directory)/run"
            let events = try JobEvents(directory: path, after: 0)
            let reader = Task {
                var kinds: [String] = []
                var last: Int64 = 0
                for await event in events {
                    #expect(event.sequence > last)
                    last = event.sequence
                    kinds.append("\(event.kind) \(event.jid ?? 0)")
                    if kinds.count == 6 { break }
                }
                return (kinds, last)
            }
            try await withCentralJobMonitor(directory: path) { monitor in
                await monitor.monitored(name: "one") {}
                try await waitUntil("it is recorded") { try await monitor.jobs(withStatus: .complete).count == 1 }
            }
            try await withCentralJobMonitor(directory: path) { monitor in
                await monitor.monitored(name: "two") {}
                let (kinds, last) = await reader.value
                #expect(kinds == ["submitted 1", "running 1", "complete 1", "submitted 2", "running 2", "complete 2"])
                await monitor.monitored(name: "three") {}
                for await event in monitor.events(after: last) {
                    #expect(event.jid == 3 && event.sequence > last)
                    break
                }
            }
        }
    }

    @Test(
        "a file's extension selects its interpreter",
        arguments: [
            ("a/model.py", ["python3", "a/model.py", "-x"]), ("fit.R", ["Rscript", "fit.R", "-x"]),
            ("fit.r", ["Rscript", "fit.r", "-x"]), ("job.sh", ["bash", "job.sh", "-x"]),
            ("tab.do", ["stata-mp", "-q", "-b", "do", "tab.do", "-x"]), ("bin/model", ["bin/model", "-x"]),
            ("v1.2/model", ["v1.2/model", "-x"]), (".py", [".py", "-x"]),
        ])
    func interpreters(runfile: String, command: [String]) async throws {
        try await withTestDirectory { directory in
            try await withCentralJobMonitor(directory: "\(directory)/run", persistent: false) { monitor in
                let queue = try await JobQueue(
                    monitor: monitor, options: options { $0.interpreters.environmentPrefix = directory })
                try await queue.queueJob(queue.createJob(runfile: runfile, parameters: ["-x"]))
                await queue.stop()
                #expect(try await monitor.jobs()[0].command == command)
            }
        }
    }

    @Test("an environment's interpreter is used, and its bin comes first")
    func environmentPrefix() async throws {
        try await withTestDirectory { directory in
            let prefix = "\(directory)/env"
            try FileManager.default.createDirectory(atPath: "\(prefix)/bin", withIntermediateDirectories: true)
            try FileManager.default.createDirectory(atPath: "\(prefix)/conda-meta", withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                atPath: "\(prefix)/bin/bash", withDestinationPath: "/bin/bash")
            let script = "\(directory)/job.sh"
            try Data("echo \"$BASH $CONDA_PREFIX ${PATH%%:*}\"\n".utf8).write(to: URL(fileURLWithPath: script))
            try await withCentralJobMonitor(directory: "\(directory)/run") { monitor in
                try await withJobQueue(monitor: monitor, options: options { $0.interpreters = .environment(prefix) }) {
                    try await $0.queueJob($0.createJob(runfile: script))
                }
                let path = try #require(try await monitor.jobs()[0].instances[0].stdoutPath)
                let said = try String(contentsOfFile: path, encoding: .utf8)
                #expect(said == "\(prefix)/bin/bash \(prefix) \(prefix)/bin\n")
            }
        }
    }
}
