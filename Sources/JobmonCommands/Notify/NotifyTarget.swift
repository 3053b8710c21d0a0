import Jobmon
import JobmonCore

/// Where messages go.
enum NotifyTarget: Sendable, Equatable {
    /// A program, which reads each message on stdin.
    case command(path: String, arguments: [String])
    /// A webhook, to which the program curl posts: it knows TLS, proxies and certificates.
    case webhook(Webhook, curl: String)

    /// Why a message was not delivered.
    struct Failure: Sendable, Equatable {
        /// Failures of one kind are reported once.
        var kind: String
        /// What is wrong, without anything that is secret.
        var sentence: String
    }

    /// Delivers one message. Whatever the other side does, this returns about as soon as the time is over.
    /// - Returns: nil if it was delivered.
    func deliver(_ message: String, within seconds: Double, time: TimeSource = .system) async -> Failure? {
        switch self {
        case .command(let path, let arguments): await Self.run(path, arguments, message, within: seconds, time)
        case .webhook(let webhook, let curl): await Self.post(message, to: webhook, by: curl, within: seconds, time)
        }
    }

    private static func run(
        _ path: String, _ arguments: [String], _ message: String, within seconds: Double, _ time: TimeSource
    ) async -> Failure? {
        let name = path.split(separator: "/").last.map { Printable.line(String($0)) } ?? path
        let ended: ShortProgram.Finished
        do throws(Problem) {
            ended = try await ShortProgram.run(
                path, arguments, input: Array("\(message)\n".utf8), within: seconds, time: time)
        } catch {
            return Failure(kind: "start", sentence: error.message)
        }
        switch ended.end {
        case .exited(0): return nil
        case .exited(let code):
            return Failure(kind: "exit", sentence: "\(name) ended with exit code \(code)\(reason(ended.said))")
        case .signalled(let signal):
            return Failure(
                kind: "signal", sentence: "\(name) was ended by \(SignalName.name(signal))\(reason(ended.said))")
        case .outOfTime:
            return Failure(kind: "time", sentence: "\(name) did not end within \(whole(seconds)) s, and was ended")
        }
    }

    /// The last line that a program wrote, for the end of a sentence; empty if it wrote nothing.
    private static func reason(_ said: String) -> String {
        let lines = said.split(whereSeparator: \.isNewline)
        guard let line = lines.last(where: { !$0.allSatisfy(\.isWhitespace) }) else { return "" }
        return ": " + DisplayWidth.cut(Printable.line(SecretMask.masked(String(line))), to: 200)
    }

    private static func whole(_ seconds: Double) -> Int { max(1, Int(seconds.rounded())) }

    // MARK: Webhooks

    /// What came of one post.
    private struct Answer {
        /// Nil: the webhook has the message.
        var failure: Failure?
        /// Whether it may work a moment later.
        var mayPass = false
    }

    /// Posts a message, and once more if the webhook has a passing trouble.
    private static func post(
        _ message: String, to webhook: Webhook, by curl: String, within seconds: Double, _ time: TimeSource
    ) async -> Failure? {
        let deadline = time.steadySeconds() + seconds
        let first = await postOnce(message, to: webhook, by: curl, within: seconds, time)
        guard first.mayPass, deadline - time.steadySeconds() > 2, (try? await Task.sleep(for: .seconds(1))) != nil
        else { return first.failure }
        return await postOnce(message, to: webhook, by: curl, within: deadline - time.steadySeconds(), time).failure
    }

    private static func postOnce(
        _ message: String, to webhook: Webhook, by curl: String, within seconds: Double, _ time: TimeSource
    ) async -> Answer {
        let ended: ShortProgram.Finished
        do throws(Problem) {
            // -q comes first: the user's own configuration of curl could print or follow something.
            ended = try await ShortProgram.run(
                curl,
                [
                    "-q", "--silent", "--globoff", "--proto", "=http,https", "--max-time", "\(whole(seconds))",
                    "--output", "/dev/null", "--write-out", "%{http_code}", "--config", "-",
                ], input: Array(webhook.configuration(posting: message).utf8), within: seconds + 0.5, time: time)
        } catch {
            return Answer(failure: Failure(kind: "start", sentence: error.message))
        }
        switch ended.end {
        case .exited(0): return answer(status: Int(ended.said.suffix(3)) ?? 0)
        case .exited(let code) where code != 28:
            let passing: Set<Int> = [6, 7, 52, 55, 56]
            return Answer(
                failure: Failure(
                    kind: "curl \(code)", sentence: "the webhook cannot be reached: \(curlReason(code))"),
                mayPass: passing.contains(code))
        case .exited, .outOfTime:
            return Answer(
                failure: Failure(kind: "time", sentence: "the webhook did not answer within \(whole(seconds)) s"))
        case .signalled(let signal):
            return Answer(failure: Failure(kind: "signal", sentence: "curl was ended by \(SignalName.name(signal))"))
        }
    }

    private static func answer(status: Int) -> Answer {
        switch status {
        case 200..<300: Answer()
        case 100..<600:
            Answer(
                failure: Failure(kind: "status \(status)", sentence: "the webhook answered with \(status)"),
                mayPass: status >= 500 || status == 429)
        default: Answer(failure: Failure(kind: "status", sentence: "the webhook did not answer in HTTP"))
        }
    }

    /// The meaning of an exit code of curl. Its own messages name the host, and are not used.
    private static func curlReason(_ code: Int) -> String {
        switch code {
        case 1, 3: "its URL is not valid"
        case 5: "the proxy was not found"
        case 6: "its host was not found"
        case 7: "nothing accepts connections there"
        case 35: "no TLS connection can be made"
        case 52, 55, 56: "the connection was closed"
        case 60: "its certificate is not trusted"
        default: "curl ended with exit code \(code)"
        }
    }
}
