import Foundation
import JobmonTestSupport
import Testing

/// `--notify` and `--notify-url-from`: what is sent about a run, and that nothing about it changes the run.
@Suite(.timeLimit(.minutes(20)))
struct NotifyTests {
    /// Of six jobs, three fail of one cause, and one fails of another.
    private static let jobs = [
        "--each", "i=1..6", "--", "sh", "-c",
        "case $0 in 1|2|3) echo \"Error: no file in.$0.csv\" >&2; exit 3;; "
            + "4) echo 'Fatal: login failed: password=hunter2-of-the-archive' >&2; exit 1;; esac", "{i}",
    ]

    private func messages(_ file: String) throws -> [[String: Any]] {
        guard FileManager.default.fileExists(atPath: file) else { return [] }
        return try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any], "\($0)")
        }
    }

    private func events(_ messages: [[String: Any]]) -> [String] { messages.map { $0["event"] as? String ?? "?" } }

    /// A command that appends each message to a file.
    private func keeping(_ file: String) -> [String] { ["--notify", "sh -c 'cat >> \"$0\"' '\(file)'"] }

    @Test("a command gets one message for each new group and one at the end, with masked titles and no more")
    func command() async throws {
        try await withTestDirectory { directory in
            let (mon, file) = ("\(directory)/mon", "\(directory)/messages")
            let arguments = ["run", "-d", mon, "--queue", "fit", "--no-progress"] + keeping(file)
            let first = try await Executable.run(arguments + Self.jobs)
            #expect(first.status == 1 && !first.stderr.contains("notification"), "\(first.stderr)")
            let sent = try messages(file)
            try #require(events(sent) == ["group", "group", "end"], "\(sent)")
            #expect(sent.allSatisfy { $0["version"] as? Int == 1 && $0["queue"] as? String == "fit" }, "\(sent)")
            let groups = sent.compactMap { $0["group"] as? [String: Any] }
            #expect(groups.map { $0["jobs"] as? Int } == [3, 1], "\(groups)")
            #expect(groups.map { $0["cause"] as? String } == ["exit", "exit"], "\(groups)")
            #expect(groups.allSatisfy { $0.count == 4 }, "\(groups)")
            let end = sent[2]
            #expect(end["ending"] as? String == "done")
            #expect((end["counts"] as? [String: Int])?["failed"] == 4)
            #expect((end["counts"] as? [String: Int])?["complete"] == 2)
            let listed = (end["groups"] as? [[String: Any]] ?? []).map { $0["jobs"] as? Int }
            #expect(listed == [3, 1], "\(end)")
            #expect((end["text"] as? String)?.hasPrefix("fit: done in ") == true, "\(end)")
            let text = try String(contentsOfFile: file, encoding: .utf8)
            #expect(text.contains("login failed") && !text.contains("hunter2"), "\(text)")
            #expect(!text.contains(directory) && !text.contains("in.1.csv"), "\(text)")

            // The same causes again are no news.
            let again = try await Executable.run(arguments + ["--again"] + Self.jobs)
            #expect(again.status == 1, "\(again.stderr)")
            let all = try messages(file)
            #expect(events(all) == ["group", "group", "end", "end"])
        }
    }

    @Test("with details: an example, its host and error, and where the ledger is")
    func details() async throws {
        try await withTestDirectory { directory in
            let (mon, file) = ("\(directory)/mon", "\(directory)/messages")
            _ = try await Executable.run(
                ["run", "-d", mon, "--no-progress", "--notify-details", "--name", "fit {i}"] + keeping(file)
                    + Self.jobs)
            let sent = try messages(file)
            let group = try #require(sent.first?["group"] as? [String: Any])
            let example = try #require(group["example"] as? [String: Any], "\(group)")
            #expect(example["jid"] as? Int == 1 && example["name"] as? String == "fit 1", "\(example)")
            #expect((example["headline"] as? String)?.contains("no file in.1.csv") == true, "\(example)")
            #expect((example["host"] as? String)?.isEmpty == false, "\(example)")
            #expect((group["command"] as? String)?.hasPrefix("jobmon errors -d /") == true, "\(group)")
            #expect(sent.allSatisfy { ($0["directory"] as? String)?.hasSuffix("/mon") == true }, "\(sent)")
        }
    }

    @Test("a run with hundreds of causes sends a dozen messages, one that says so, and one at the end")
    func manyGroups() async throws {
        try await withTestDirectory { directory in
            let file = "\(directory)/messages"
            let ran = try await Executable.run(
                ["run", "-d", "\(directory)/mon", "--no-progress", "-j", "8"] + keeping(file)
                    + ["--each", "i=1..40", "--", "sh", "-c", "exit $0", "{i}"])
            #expect(ran.status == 1, "\(ran.stderr)")
            let sent = try messages(file)
            #expect(events(sent).filter { $0 == "group" }.count == 12, "\(events(sent))")
            let more = sent.filter { $0["event"] as? String == "more_groups" }
            #expect(more.count == 1)
            let end = try #require(sent.last)
            #expect(end["event"] as? String == "end" && end["more_groups"] as? Int == 28, "\(end)")
            let listed = end["groups"] as? [[String: Any]] ?? []
            #expect(listed.count == 12)
        }
    }

    @Test("a command that fails changes nothing, and is one sentence")
    func commandFails() async throws {
        try await withTestDirectory { directory in
            let ran = try await Executable.run(
                [
                    "run", "-d", "\(directory)/mon", "--no-progress", "--notify",
                    "sh -c 'echo no such channel >&2; exit 3'",
                ] + Self.jobs)
            #expect(ran.status == 1 && ran.stderr.contains("6 jobs: 2 complete, 4 failed"), "\(ran.stderr)")
            let said = ran.stderr.split(separator: "\n").filter { $0.contains("notification") }
            #expect(
                said == ["jobmon: a notification was not sent: sh ended with exit code 3: no such channel"], "\(said)")
            let good = try await Executable.run(
                ["run", "-d", "\(directory)/mon", "--queue", "good", "--notify", "false", "--", "true"])
            #expect(good.status == 0, "\(good.stderr)")
        }
    }

    @Test("what cannot be right is refused before anything is queued")
    func refused() async throws {
        try await withTestDirectory { directory in
            let (mon, url) = ("\(directory)/mon", "\(directory)/url")
            try "http://127.0.0.1:9/T0KEN-of-the-webhook\n".write(toFile: url, atomically: true, encoding: .utf8)
            chmod(url, 0o644)
            for (options, sentence) in [
                (["--notify", "no-such-program-here"], "there is no program \"no-such-program-here\""),
                (["--notify-url-from", url], "other users have access to the file"),
                (["--notify-url-from", "http://127.0.0.1:9/T0KEN-of-the-webhook"], "not the URL"),
                (["--notify-url-from", "env:JOBMON_NO_SUCH_VARIABLE"], "is not set"),
                (["--notify-details"], "--notify-details needs --notify"),
            ] {
                for command in [["run"], ["run", "--detach"], ["run", "--feed"], ["watch"]] {
                    let rest = command == ["run"] || command == ["run", "--detach"] ? ["--", "true"] : []
                    let refused = try await Executable.run(command + ["-d", mon] + options + rest)
                    #expect(refused.status == 2 && refused.stderr.contains(sentence), "\(command) \(refused)")
                    #expect(!refused.stderr.contains("T0KEN"), "\(refused.stderr)")
                }
            }
            #expect(!FileManager.default.fileExists(atPath: mon))
        }
    }

    @Test("a webhook gets the messages; its URL is in no message, no file and no job's environment")
    func webhook() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            let receiver = try await NotifyReceiver.start(in: directory, answering: "200")
            let address = "127.0.0.1:\(receiver.port)"
            let url = "http://\(address)/T0KEN-of-the-webhook?a={1,2}&b=[3]"
            let file = "\(directory)/url"
            try "\(url)\n".write(toFile: file, atomically: true, encoding: .utf8)
            chmod(file, 0o600)
            // A job prints its environment, that of the supervisor, and of the queue and the monitor.
            let looking =
                "env; for p in /proc/[0-9]*; do if tr '\\0' '\\n' < $p/cmdline 2>&1 | grep -q '\(directory)/mon'; "
                + "then cat $p/environ $p/cmdline; fi; done | tr '\\0' '\\n'; exit 7"
            for (source, queue) in [(file, "a"), ("env:JOBMON_TEST_HOOK", "b")] {
                let ran = try await Executable.run(
                    [
                        "run", "-d", mon, "--queue", queue, "--no-progress", "--notify-url-from", source, "--", "sh",
                        "-c", looking,
                    ], environment: source == file ? [:] : ["JOBMON_TEST_HOOK": url])
                #expect(ran.status == 1 && !ran.stderr.contains("notification"), "\(ran.stderr)")
                #expect(!ran.stderr.contains("T0KEN") && !ran.stderr.contains(address), "\(ran.stderr)")
            }
            let posts = try receiver.posts()
            let sent = posts.compactMap { $0["message"] as? [String: Any] }
            #expect(events(sent) == ["group", "end", "group", "end"], "\(posts)")
            #expect(sent.map { $0["queue"] as? String } == ["a", "a", "b", "b"])
            #expect(
                posts.allSatisfy {
                    $0["path"] as? String == "/T0KEN-of-the-webhook?a={1,2}&b=[3]"
                        && $0["type"] as? String == "application/json"
                }, "\(posts)")
            let logs = try await Executable.run(["logs", "-d", mon, "2"])
            #expect(logs.stdout.contains("__supervisor") && logs.stdout.contains("JOBMON_INSTANCE="), "\(logs)")
            let found = try await Running("/usr/bin/env", ["grep", "-rlF", "T0KEN", mon], stdin: "").finished()
            #expect(found.status == 1, "\(found.stdout)")
            try await receiver.stop()
        }
    }

    @Test("a webhook that refuses, or is not there: a sentence without its URL, and the run goes on")
    func webhookFails() async throws {
        try await withTestDirectory { directory in
            let receiver = try await NotifyReceiver.start(in: directory, answering: "500")
            let address = "127.0.0.1:\(receiver.port)"
            func run(_ queue: String) async throws -> Executable.Finished {
                try await Executable.run(
                    [
                        "run", "-d", "\(directory)/mon", "--queue", queue, "--no-progress", "--notify-url-from",
                        "env:JOBMON_TEST_HOOK", "--", "true",
                    ], environment: ["JOBMON_TEST_HOOK": "http://\(address)/T0KEN-of-the-webhook"])
            }
            let refused = try await run("a")
            #expect(refused.status == 0, "\(refused.stderr)")
            #expect(
                refused.stderr.contains("jobmon: a notification was not sent: the webhook answered with 500\n"),
                "\(refused.stderr)")
            // It is tried once more.
            let posts = try receiver.posts()
            #expect(posts.count == 2)
            try await receiver.stop()
            let gone = try await run("b")
            #expect(gone.status == 0, "\(gone.stderr)")
            #expect(
                gone.stderr.contains("the webhook cannot be reached: nothing accepts connections there"),
                "\(gone.stderr)")
            for text in [refused.stderr, gone.stderr] {
                #expect(!text.contains("T0KEN") && !text.contains("127.0.0.1"), "\(text)")
            }
        }
    }

    @Test("Ctrl-C: the last message is sent; while it hangs, a second signal ends the run at once")
    func interrupted() async throws {
        try await withTestDirectory { directory in
            let (mon, file) = ("\(directory)/mon", "\(directory)/messages")
            let job = ["--", "sh", "-c", "touch '\(directory)/began'; exec sleep 300"]
            let run = try Running(
                Executable.path, ["run", "-d", mon, "--queue", "a", "--no-progress"] + keeping(file) + job)
            try await waitUntil("the job runs") { FileManager.default.fileExists(atPath: "\(directory)/began") }
            run.send(SIGINT)
            #expect(try await run.finished().status == 130)
            let sent = try messages(file)
            #expect(events(sent).last == "end" && sent.last?["ending"] as? String == "stopped", "\(sent)")

            try FileManager.default.removeItem(atPath: "\(directory)/began")
            let hanging = try Running(
                Executable.path,
                [
                    "run", "-d", mon, "--queue", "b", "--no-progress", "--notify",
                    "sh -c 'touch \"$0/sending\"; exec sleep 60' '\(directory)'",
                ] + job)
            try await waitUntil("the job runs") { FileManager.default.fileExists(atPath: "\(directory)/began") }
            hanging.send(SIGINT)
            try await waitUntil("the message is being sent") {
                FileManager.default.fileExists(atPath: "\(directory)/sending")
            }
            hanging.send(SIGINT)
            let ended = try await hanging.finished()
            #expect(ended.status == 130 && ended.stderr.contains("SIGINT: ended at once"), "\(ended)")
        }
    }

    @Test("with --detach the process in the background sends, also to a webhook of the environment")
    func detached() async throws {
        try await withTestDirectory { directory in
            let receiver = try await NotifyReceiver.start(in: directory, answering: "204")
            let ran = try await Executable.run(
                [
                    "run", "-d", "\(directory)/mon", "--detach", "--notify-url-from", "env:JOBMON_TEST_HOOK", "--",
                    "true",
                ], environment: ["JOBMON_TEST_HOOK": "http://127.0.0.1:\(receiver.port)/T0KEN"])
            #expect(ran.status == 0, "\(ran.stderr)")
            try await waitUntil("the end is posted") { try !receiver.posts().isEmpty }
            let sent = try receiver.posts().compactMap { $0["message"] as? [String: Any] }
            #expect(events(sent) == ["end"])
            try await waitUntil("the run is over") {
                try await Executable.run(["run", "-d", "\(directory)/mon", "--", "true"]).status == 0
            }
            try await receiver.stop()
        }
    }

    @Test("run --feed sends too")
    func feed() async throws {
        try await withTestDirectory { directory in
            let file = "\(directory)/messages"
            let requests = [
                #"{"id":1,"job":{"key":"a","command":["sh","-c","echo 'Error: no data' >&2; exit 3"]}}"#,
                #"{"id":2,"end":true}"#,
            ]
            let run = try await Running(
                Executable.path,
                ["run", "--feed", "-d", "\(directory)/mon", "--queue", "q", "--no-progress"] + keeping(file),
                stdin: requests.joined(separator: "\n") + "\n"
            ).finished()
            #expect(run.status == 1, "\(run.stderr)")
            let sent = try messages(file)
            #expect(events(sent) == ["group", "end"])
        }
    }

    @Test("watch sends new groups while jobs run, and the end when they are over")
    func watch() async throws {
        try await withTestDirectory { directory in
            let (mon, file) = ("\(directory)/mon", "\(directory)/messages")
            let monitor = try await MonitorProcess.start(mon)
            let waiting = "while [ ! -e '\(directory)/go' ]; do sleep 0.05; done"
            let run = try Running(
                Executable.path,
                ["run", "-d", mon, "--queue", "q", "--", "sh", "-c", "\(waiting); echo 'Error: no data' >&2; exit 3"])
            let watch = try await waitFor("it is watched") { () async throws -> Running? in
                let jobs = try await Executable.run(["jobs", "-d", mon])
                guard jobs.stdout.contains("RUNNING") else { return nil }
                return try Running(
                    Executable.path, ["watch", "-d", mon, "--queue", "q"] + keeping(file), stdin: "")
            }
            // Its first line is printed once it has looked.
            try await waitUntil("it has looked") { !watch.stdout.isEmpty }
            _ = FileManager.default.createFile(atPath: "\(directory)/go", contents: nil)
            #expect(try await watch.finished().status == 1)
            #expect(try await run.finished().status == 1)
            let sent = try messages(file)
            #expect(events(sent).last == "end" && sent.last?["seconds"] is NSNull, "\(sent)")
            let listed = sent.last?["groups"] as? [[String: Any]] ?? []
            #expect(listed.count == 1, "\(sent)")
            try await monitor.killed()

            // Of jobs that are over there is no news, but the end.
            let late = try await Executable.run(["watch", "-d", mon] + keeping("\(directory)/late"))
            #expect(late.status == 1, "\(late)")
            let sentLate = try messages("\(directory)/late")
            #expect(events(sentLate) == ["end"])
        }
    }
}
