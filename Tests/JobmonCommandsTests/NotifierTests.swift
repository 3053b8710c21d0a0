import Foundation
import JobmonCore
import JobmonQueue
import JobmonTestSupport
import Synchronization
import Testing

@testable import JobmonCommands

/// How messages are delivered, and what is said where they are not.
@Suite(.timeLimit(.minutes(20)))
struct NotifierTests {
    private func message(_ count: Int, queue: String = "fit") -> NotifyMessage {
        NotifyMessage(queue: queue, counts: QueueCounts(), content: .moreGroups(count))
    }

    private func shell(_ script: String, _ arguments: String...) -> NotifyTarget {
        .command(path: "/bin/sh", arguments: ["-c", script] + arguments)
    }

    /// Sends some messages. - Returns: what was said.
    private func sent(
        _ messages: [NotifyMessage], to target: NotifyTarget, limit: Double = 100
    ) async -> [String] {
        let said = Said()
        let notifier = Notifier(target, limit: limit, say: { said.add($0) })
        for message in messages.dropLast() { notifier.post(message) }
        if let last = messages.last { await notifier.finish(last) }
        return said.all
    }

    @Test("a command gets each message as a line on stdin, in order")
    func inOrder() async throws {
        try await withTestDirectory { directory in
            let messages = (1...8).map { message($0) }
            let said = await sent(messages, to: shell("cat >> \"$0\"", "\(directory)/got"))
            #expect(said == [])
            let got = try String(contentsOfFile: "\(directory)/got", encoding: .utf8)
            #expect(got == messages.map { "\($0.json.text)\n" }.joined())
        }
    }

    @Test("a message that is longer than a pipe, and a command that does not read it")
    func notRead() async {
        let long = message(1, queue: String(repeating: "q", count: 1 << 20))
        #expect(await sent([long, long], to: shell("exit 0")) == [])
    }

    @Test("a command that fails: its exit code and its last line, once for all messages, without secrets")
    func fails() async {
        let script = "echo first; echo 'no channel: password=hunter2-of-the-archive' >&2; echo; exit 3"
        let said = await sent((1...3).map { message($0) }, to: shell(script))
        #expect(said == ["a notification was not sent: sh ended with exit code 3: no channel: password=[masked]"])
        let killed = await sent([message(1)], to: shell("kill -9 $$"))
        #expect(killed == ["a notification was not sent: sh was ended by SIGKILL"])
        let gone = await sent([message(1)], to: .command(path: "/nowhere/notify", arguments: []))
        #expect(
            gone == ["a notification was not sent: /nowhere/notify cannot be started: No such file or directory"])
    }

    @Test("a command that hangs is ended, and holds up neither its caller nor the last message")
    func hangs() async throws {
        try await withTestDirectory { directory in
            // Only the first one hangs.
            let script = "mkdir \"$0/first\" && exec sleep 60; cat >> \"$0/got\""
            let messages = (1...3).map { message($0) }
            let said = await sent(messages, to: shell(script, directory), limit: 12)
            let got = try String(contentsOfFile: "\(directory)/got", encoding: .utf8)
            #expect(got == "\(messages[2].json.text)\n")
            #expect(said.contains("1 notification not sent: no time was left"), "\(said)")

            let all = await sent(messages, to: shell("exec sleep 60"), limit: 1)
            #expect(
                all.sorted() == [
                    "1 notification not sent: no time was left",
                    "a notification was not sent: sh did not end within 1 s, and was ended",
                ])
        }
    }
}

extension NotifierTests {
    @Test("a webhook that takes a message and does not answer")
    func silentWebhook() async throws {
        try await withTestDirectory { _ in
            let program = """
                import socket, sys
                listening = socket.socket()
                listening.bind(("127.0.0.1", 0))
                listening.listen()
                print(listening.getsockname()[1], flush=True)
                sys.stdin.read()
                """
            let silent = try Running("/usr/bin/env", ["python3", "-c", program])
            let port = try await waitFor("it listens") {
                silent.stdout.hasSuffix("\n") ? Int(silent.stdout.dropLast()) : nil
            }
            let curl = try #require(try RunFiles.program("curl"))
            let webhook = try Webhook("http://127.0.0.1:\(port)/T0KEN", from: "env:HOOK")
            let said = await sent([message(1)], to: .webhook(webhook, curl: curl), limit: 1)
            #expect(said == ["a notification was not sent: the webhook did not answer within 1 s"])
            try await silent.killed()
        }
    }
}

/// Sentences, in order.
final class Said: Sendable {
    private let texts = Mutex<[String]>([])
    func add(_ text: String) { texts.withLock { $0.append(text) } }
    var all: [String] { texts.withLock { $0 } }
}

/// The URL of a webhook.
@Suite struct WebhookTests {
    private func refusal(_ source: String) -> String {
        do {
            _ = try Webhook(from: source)
            return "accepted"
        } catch let failure as CommandFailure {
            return failure.status == .usage ? failure.text : "status \(failure.status)"
        } catch {
            return "\(error)"
        }
    }

    private func refusal(text: String) -> String {
        do {
            _ = try Webhook(text, from: "env:HOOK")
            return "accepted"
        } catch {
            return (error as? CommandFailure)?.text ?? "\(error)"
        }
    }

    @Test("curl gets URL and message in its configuration; neither can end a value there")
    func configuration() throws {
        let webhook = try Webhook(" https://hooks.example/T0/\"x\\y?z={1,2}\n", from: "env:HOOK")
        let text = webhook.configuration(posting: "{\"text\":\"a \\\"b\\\" \\n é\"}")
        let lines = text.split(separator: "\n").map { String($0) }
        #expect(lines.first == #"url = "https://hooks.example/T0/\"x\\y?z={1,2}""#)
        #expect(lines.last == #"data-binary = "{\"text\":\"a \\\"b\\\" \\n é\"}""#)
        #expect(lines.count == 5 && lines.contains("header = \"Content-Type: application/json\""))
        #expect("\(webhook)" == "a webhook" && String(reflecting: [webhook]) == "[a webhook]")
    }

    @Test(
        "what is no URL is refused, and not repeated",
        arguments: [
            "", "hooks.example/secret", "ftp://hooks.example/secret", "https://", "http:///secret", "https:// secret",
            "https://hooks.example/sec ret", "https://hooks.example/\nsecret", "https://hooks.example/\u{1}secret",
            "https://hooks.example/\u{7F}secret", "https://hooks.example/\u{2028}secret",
            "https://hooks.example/secret" + String(repeating: "x", count: 9000),
        ])
    func invalid(_ text: String) {
        let said = refusal(text: text)
        #expect(said.contains("--notify-url-from env:HOOK: the URL "), "\(said)")
        #expect(!said.contains("secret") && !said.contains("hooks.example"), "\(said)")
    }

    @Test("it is read from a file of the user's own that nobody else can read, never from the command line")
    func sources() async throws {
        let direct = refusal("https://hooks.example/secret")
        #expect(direct.contains("takes the name of a file or variable, not the URL"), "\(direct)")
        #expect(!direct.contains("hooks.example"), "\(direct)")
        #expect(refusal("env:JOBMON_NO_SUCH_VARIABLE").contains("the variable JOBMON_NO_SUCH_VARIABLE is not set"))
        try await withTestDirectory { directory in
            let file = "\(directory)/url"
            #expect(refusal(file).contains("the file cannot be read: No such file or directory"))
            #expect(refusal(directory).contains("it is not a regular file"))
            try #require(mkfifo("\(directory)/pipe", 0o600) == 0)
            #expect(refusal("\(directory)/pipe").contains("it is not a regular file"))
            try "https://hooks.example/secret\n".write(toFile: file, atomically: true, encoding: .utf8)
            for mode in [0o644, 0o640, 0o604, 0o620] as [mode_t] {
                chmod(file, mode)
                let said = refusal(file)
                #expect(said.contains("other users have access to the file") && said.contains("chmod 600"), "\(said)")
            }
            for mode in [0o600, 0o400] as [mode_t] {
                chmod(file, mode)
                #expect(refusal(file) == "accepted")
            }
        }
    }

    @Test(
        "a command that cannot be meant is refused",
        arguments: [
            ("", "the command is empty"), ("sh -c 'x", "a quote is not closed in the command"),
            ("echo a | wc", "the command is run without a shell, which \"|\" needs"),
            ("no-such-program-here x", "there is no program \"no-such-program-here\""),
            ("/etc/passwd", "there is no program \"/etc/passwd\""),
        ])
    func commands(_ command: String, _ sentence: String) throws {
        do {
            _ = try NotifyOptions.program(command)
            Issue.record("it was accepted")
        } catch let failure as CommandFailure {
            #expect(failure.status == .usage && failure.problem.message == "--notify: \(sentence)")
        }
    }

    @Test("a command is found on PATH, and its words are its arguments")
    func words() throws {
        let target = try NotifyOptions.program("sh -c 'cat >> \"$0\"' x")
        guard case .command(let path, let arguments) = target else {
            Issue.record("\(target)")
            return
        }
        #expect(path.hasPrefix("/") && path.hasSuffix("/sh") && arguments == ["-c", "cat >> \"$0\"", "x"])
    }
}
