import JobmonCore
import Testing

@testable import JobmonExecutors

/// The output of Grid Engine 8.1.9, and its meaning. The texts are real.
struct SGEDialectTests {
    private let sge = BatchDialect.sge

    private func failed(_ complaint: String, _ status: Int = 1) -> CommandResult {
        CommandResult(status: status, output: "", complaint: complaint)
    }

    private var traits: SchedulerTraits {
        var traits = SchedulerTraits()
        sge.readTraits(
            [
                CommandResult(status: 0, output: "max_aj_instances 2000\nmax_aj_tasks 750\n"),
                CommandResult(
                    status: 0,
                    output: """
                        #name     shortcut type   relop requestable consumable default urgency
                        h_vmem     h_vmem   MEMORY <=    YES         NO         0       0
                        mem_free   mf       MEMORY <=    YES         NO         0       0
                        m_mem_free mfree    MEMORY <=    YES         YES        0       0
                        gpu        gpu      INT    <=    YES         YES        0       0
                        """),
                CommandResult(status: 0, output: "make\nmulti_slot\nsmp\n"),
            ], &traits)
        return traits
    }

    private func submit(_ resources: JSONObject) throws -> [String] {
        let job = BatchSubmission(
            batch: "key", name: "fit.a.b", count: 20, request: try ClusterRequest(resources, reserved: sge.reserved),
            directory: "/mon",
            log: "/mon/log", script: "/mon/s.sh")
        return try sge.submit(job, traits)
    }

    @Test("memory is requested per slot if it is counted so, and never by the limit that kills")
    func submits() throws {
        #expect(traits.maxTasks == 750)
        let command = try submit([
            "slots": 4, "memory": 4_294_967_296, "runtime": .double(90), "project": "p", "partition": "long.q",
            "hold": "12,13", "gpus": 1, "queue_options": "-w n",
        ])
        #expect(
            command == [
                "qsub", "-terse", "-r", "n", "-notify", "-V", "-w", "e", "-S", "/bin/sh", "-N", "fit.a.b", "-ac",
                "jobmon=key", "-t", "1-20", "-wd", "/mon", "-o", "/mon/log", "-j", "y", "-pe", "smp", "4", "-l",
                "m_mem_free=1024M,h_rt=90,gpu=1", "-P", "p", "-q", "long.q", "-hold_jid", "12,13", "-w", "n",
                "/mon/s.sh",
            ])
        let named = try submit(["memory": 1_048_576, "memory_resource": "mem_free", "slots": 2])
        #expect(named.contains("mem_free=1M"))
        var bare = SchedulerTraits()
        bare.memories = [SchedulerTraits.Resource(name: "h_vmem", perSlot: false)]
        let job = BatchSubmission(
            batch: "k", name: "n", count: 1, request: try ClusterRequest(["memory": 5], reserved: sge.reserved),
            directory: "/", log: "/l",
            script: "/s")
        #expect(throws: Problem.self) { try sge.submit(job, bare) }
    }

    @Test("impossible requests are refused by what Grid Engine counts, since it treats reported values as missing")
    func verifies() throws {
        func verification(_ resources: JSONObject, _ consumable: String = "NO") throws -> String? {
            var stock = SchedulerTraits()
            let line = "mem_free mf MEMORY <= YES \(consumable) 0 0\ngpu gpu INT <= YES \(consumable) 0 0\n"
            sge.readTraits(
                [CommandResult(status: 0, output: ""), CommandResult(status: 0, output: line)], &stock)
            let job = BatchSubmission(
                batch: "k", name: "n", count: 1, request: try ClusterRequest(resources, reserved: sge.reserved),
                directory: "/", log: "/l", script: "/s")
            let command = try sge.submit(job, stock)
            return command.firstIndex(of: "-w").map { command[$0 + 1] }
        }
        #expect(try verification([:]) == "e")
        #expect(try verification(["memory": 5]) == "w")
        #expect(try verification(["memory": 5], "YES") == "e")
        #expect(try verification(["memory": 5], "JOB") == "e")
        #expect(try verification(["gpus": 1]) == "w")
        #expect(try verification(["gpus": 1], "YES") == "e")
        #expect(try verification(["queue_options": "-l mem_free=5G"]) == "w")
        #expect(try verification(["memory": 5, "memory_resource": "site_memory"], "YES") == "w")
    }

    @Test("a job exists, is missing, or its id belongs to another job")
    func readsConfirmations() throws {
        func read(_ status: Int, _ output: String, _ complaint: String = "") throws -> JobmonExecutors.Confirmation {
            try sge.readConfirmation(CommandResult(status: status, output: output, complaint: complaint), "fit.a.b", 1)
        }
        #expect(try read(0, "====\njob_number:   7\njob_name:                   fit.a.b\n") == .present)
        #expect(try read(0, "====\njob_number:   7\njob_name:                   other\n") == .unknownJob)
        #expect(try read(1, "Following jobs do not exist: \n7\n") == .unknownJob)
        #expect(try read(1, "", "Following jobs do not exist or permissions are not sufficient: \n7\n") == .unknownJob)
        for (status, complaint) in [(1, "error: unable to contact qmaster"), (0, "")] {
            #expect(throws: ExecutorError.self) { try read(status, "", complaint) }
        }
    }

    @Test func readsSubmits() {
        #expect(sge.readSubmit(CommandResult(status: 0, output: "3.1-3:1\n")) == .job("3"))
        #expect(
            sge.readSubmit(
                failed(
                    "Unable to run job: Job was rejected because job requests unknown queue \"nosuch.q\"\nExiting.\n"))
                == .refused("Job was rejected because job requests unknown queue \"nosuch.q\""))
        #expect(
            sge.readSubmit(failed("Unable to run job: error: no suitable queues\nExiting.\n"))
                == .refused("no suitable queues"))
        let refused =
            "error: commlib error: got select error (Connection refused)\nUnable to run job: unable to send "
            + "message to qmaster using port 6444 on host \"localhost\": got send error\nExiting.\n"
        guard case .notNow = sge.readSubmit(failed(refused)) else {
            Issue.record("nobody was there to take it")
            return
        }
        let hung =
            "Unable to run job: unable to send message to qmaster using port 6444 on host \"localhost\": got send error"
        guard case .unclear = sge.readSubmit(failed(hung)) else {
            Issue.record("it may have been taken")
            return
        }
        guard
            case .notNow = sge.readSubmit(
                failed(
                    "Unable to run job: job rejected: Only 10 jobs are allowed per user (current job count: 10)\nExiting."
                ))
        else {
            Issue.record("it may be taken later")
            return
        }
    }

    @Test func readsLists() throws {
        func row(_ id: Int, _ state: String, _ tasks: String?) -> String {
            "<job_list><JB_job_number>\(id)</JB_job_number><JB_name>fit &amp; co</JB_name><state>\(state)</state>"
                + (tasks.map { "<tasks>\($0)</tasks>" } ?? "") + "</job_list>"
        }
        let text =
            "<?xml version='1.0'?>\n<job_info xmlns:xsd=\"x\">\n<queue_info>" + row(37, "r", "1")
            + row(37, "dr", "2") + "</queue_info><job_info>" + row(37, "qw", "3-6:1") + row(37, "hqw", "8,10")
            + row(38, "Eqw", "1") + row(39, "qw", nil) + "</job_info></job_info>\n"
        let tasks = try sge.readList(CommandResult(status: 0, output: text))
        #expect(tasks.map(\.standing) == [.running, .running, .waiting, .waiting, .broken, .waiting])
        #expect(tasks.map(\.numbers) == [[1...1], [2...2], [3...6], [8...8, 10...10], [1...1], []])
        #expect(tasks.allSatisfy { $0.mark == "fit & co" })
        // No jobs is a list; nothing, a part of one and an error are not.
        #expect(try sge.readList(CommandResult(status: 0, output: "<job_info><queue_info/></job_info>")).isEmpty)
        for text in ["", String(text.prefix(300)), "error: commlib error"] {
            #expect(throws: ExecutorError.self) { try sge.readList(CommandResult(status: 0, output: text)) }
        }
        #expect(throws: ExecutorError.self) {
            try sge.readList(failed("error: commlib error: got select error (Connection refused)"))
        }
    }

    @Test func readsAccounts() throws {
        func record(
            _ task: String, _ failed: String, _ status: String, start: String = "Tue Nov 24 22:34:28 2026",
            used: String = "5s", faults: Int = 700
        ) -> String {
            """
            ==============================================================
            jobname      fit.a.b
            jobnumber    24
            taskid       \(task)
            start_time   \(start)
            failed       \(failed)
            exit_status  \(status)
            ru_wallclock \(used)
            ru_minflt    \(faults)
            cpu          0.007s

            """
        }
        let text =
            record("1", "0    ", "0") + record("2", "0", "3") + record("3", "100 : assumedly after job", "137 (Killed)")
            + record("4", "37  : qmaster enforced h_rt, h_cpu, or h_vmem limit", "137 (Killed)")
            + record("5", "28  : changing into working directory", "0", start: "-/-")
            + record("6", "19  : before writing exit_status", "0", start: "-/-")
            + record("7", "0", "0", start: "-/-")
            // qdel -f with a node that did not answer, and a fast command.
            + record("8", "0", "0", used: "0s", faults: 0) + record("9", "0", "0", used: "0s")
            // Univa Grid Engine.
            + record("10", "44 : execd enforced h_rt limit", "137") + record("11", "52 : cgroups enforced", "137")
        let tasks = try sge.readAccounts(CommandResult(status: 0, output: text))
        #expect(tasks.map(\.numbers) == (1...11).map { [$0...$0] })
        #expect(
            tasks.map(\.outcome.cause) == [
                nil, .exit, .signal, .timeLimit, .notStarted, .nodeFailure, .nodeFailure, .nodeFailure, nil, .timeLimit,
                .outOfMemory,
            ])
        #expect(tasks[0].outcome.status == .complete && tasks[0].outcome.usage.wallclock == 5)
        #expect(tasks[1].outcome.evidence.exitCode == 3)
        #expect(tasks[2].outcome.evidence.signal == 9)
        #expect(tasks.map(\.isPresumed) == (1...11).map { (6...8).contains($0) })
        #expect(try sge.readAccounts(failed("error: job id 7 not found\n")).isEmpty)
        #expect(throws: ExecutorError.self) {
            try sge.readAccounts(failed("error: can't open accounting file\n"))
        }
    }

    @Test(
        "one number stands for every limit: which one it was is in the requests and in what was used",
        arguments: [
            (
                "37  : qmaster enforced h_rt, h_cpu, or h_vmem limit", "-l h_rt=3", "4s", "4.289MB", .timeLimit,
                "h_rt=3, ru_wallclock=4s"
            ),
            (
                "37  : qmaster enforced h_rt, h_cpu, or h_vmem limit", "-u ada -l h_rt=600,h_vmem=300M", "4s",
                "412.344MB", .outOfMemory, "h_vmem=300M, maxvmem=412.344MB"
            ),
            // Both: the time was over.
            (
                "37  : qmaster enforced h_rt, h_cpu, or h_vmem limit", "-l h_rt=0:0:3,h_vmem=300M", "4s", "412.344MB",
                .timeLimit, "h_rt=0:0:3, ru_wallclock=4s"
            ),
            ("37  : qmaster enforced h_rt, h_cpu, or h_vmem limit", "NONE", "4s", "412.344MB", .timeLimit, nil),
            // In plain bytes.
            (
                "100 : assumedly after job", "-l h_vmem=300M", "4", "432373760", .outOfMemory,
                "h_vmem=300M, maxvmem=432373760"
            ),
            ("100 : assumedly after job", "-l h_vmem=300M", "4s", "290.000MB", .signal, nil),
            ("100 : assumedly after job", "NONE", "4s", "412.344MB", .signal, nil),
        ] as [(String, String, String, String, Cause, String?)])
    func namesTheLimit(
        _ failed: String, _ category: String, _ ran: String, _ used: String, _ cause: Cause, _ numbers: String?
    ) throws {
        let text = """
            ==============================================================
            jobname      fit.a.b
            jobnumber    24
            taskid       1
            start_time   Tue Nov 24 22:34:28 2026
            slots        1
            failed       \(failed)
            exit_status  137                  (Killed)
            ru_wallclock \(ran)
            cpu          0.063s
            maxvmem      \(used)
            category     \(category)

            """
        let outcome = try #require(try sge.readAccounts(CommandResult(status: 0, output: text)).first).outcome
        #expect(outcome.cause == cause)
        let words = failed.replacing("37  :", with: "37 :")
        #expect(outcome.evidence.scheduler?.said == words + (numbers.map { " (\($0))" } ?? ""))
        // Where no number shows which limit it was, the commonest one is meant, and that is said.
        #expect(outcome.evidence.scheduler?.isInferred == (cause == .timeLimit && numbers == nil))
    }

    @Test("memory is allowed for each slot")
    func limitsOfSlots() {
        func memory(_ used: String) -> String? {
            SGELimits(SGERecord(["category": "-l h_vmem=300M -pe smp 2", "slots": "2", "maxvmem": used])).memory
        }
        #expect(memory("500.000MB") == nil)
        #expect(memory("700.000MB") == "h_vmem=300M for each of 2 slots, maxvmem=700.000MB")
    }

    @Test func readsReasons() {
        let text = """
            ==============================================================
            job_number:                 27
            error reason          1:      11/22/2026 10:05:27 [1001:2142]: error: can't chdir to /nonexistent/dir: No such file or directory
            """
        #expect(
            sge.readExplanations(CommandResult(status: 0, output: text))
                == ["27": "can't chdir to /nonexistent/dir: No such file or directory"])
    }

    @Test("job names are valid for every scheduler")
    func names() {
        #expect(SchedulerText.jobName("fit 1990/é") == "fit_1990__")
        #expect(SchedulerText.jobName("1990") == "j1990")
        #expect(SchedulerText.jobName("") == "job")
        #expect(SchedulerText.jobName(String(repeating: "x", count: 99)).count == 40)
    }
}
