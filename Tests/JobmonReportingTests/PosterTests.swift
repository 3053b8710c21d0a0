import Foundation
import JobmonCore
import JobmonReporting
import JobmonTestSupport
import Testing

/// The poster with responders that behave correctly, and with all kinds that do not.
struct PosterTests {
    private static let quick: Poster.Options = {
        var options = Poster.Options()
        options.firstBackoff = 0.02
        options.longestBackoff = 0.05
        options.connectTimeout = 0.5
        options.answerTimeout = 0.3
        return options
    }()

    private static func event(_ seq: Int64) -> Event {
        Event(
            identity: EventIdentity(sender: "s", seq: seq), time: Timestamp(milliseconds: 1000),
            fact: .running(.key("k\(seq)"), Start()))
    }

    /// Drives a poster as a loop does, until `done` or the time-out.
    private static func drive(
        _ poster: Poster, within seconds: Double = 120, until done: ([(EventIdentity, EventResult)]) -> Bool
    ) async -> [(EventIdentity, EventResult)] {
        var answered: [(EventIdentity, EventResult)] = []
        // A time-out shows in the answers.
        try? await waitUntil("the poster's answers", within: seconds) {
            var polled = pollfd(fd: -1, events: 0, revents: 0)
            if let interest = poster.pollInterest {
                polled = pollfd(fd: interest.fd, events: interest.events, revents: 0)
            }
            poll(&polled, 1, 0)
            if polled.revents != 0 || poster.wakeAfter == 0 {
                let before = ContinuousClock.now
                answered += poster.proceed(revents: polled.revents)
                #expect(ContinuousClock.now - before < .seconds(1), "it never blocks")
            }
            return done(answered)
        }
        return answered
    }

    private static func layout(_ path: String) -> DirectoryLayout { DirectoryLayout(root: path) }

    @Test(.timeLimit(.minutes(20)), arguments: ["length", "chunked", "closing", "interim"])
    func answersOfEveryForm(_ form: String) async throws {
        try await withTestDirectory { path in
            let responder = try TinyResponder { _, request in
                switch form {
                case "chunked": .bytes(TinyResponder.recorded(request, chunked: true))
                case "closing": .bytesThenClose(TinyResponder.recorded(request, extra: "Connection: close\r\n"))
                case "interim": .bytes("HTTP/1.1 100 Continue\r\n\r\n" + TinyResponder.recorded(request))
                default: .bytes(TinyResponder.recorded(request))
                }
            }
            defer { responder.stop() }
            try responder.info().write(Self.layout(path))
            let poster = Poster(layout: Self.layout(path), options: Self.quick)
            // Twice, so that a kept connection carries a second request.
            for round in 0..<2 {
                for seq in 0..<3 { poster.enqueue(Self.event(Int64(round * 3 + seq))) }
                let answered = await Self.drive(poster) { $0.count == 3 }
                #expect(answered.map(\.0.seq) == (0..<3).map { Int64(round * 3 + $0) })
                #expect(answered.allSatisfy { $0.1.outcome == .recorded })
            }
            #expect(poster.pending == 0)
            let request = try #require(responder.received.first)
            #expect(request.hasPrefix("POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1:\(responder.port)\r\n"))
            #expect(request.contains("Authorization: Bearer word\r\n"))
            #expect(responder.received.count == 2)
        }
    }

    @Test(.timeLimit(.minutes(20)), arguments: ["garbage", "html", "hang", "die", "few", "401", "500", "503", "half"])
    func whatIsNoAnswerMeansNoMonitorForNow(_ fault: String) async throws {
        try await withTestDirectory { path in
            let responder = try TinyResponder { number, request in
                if number > 2 { return .bytes(TinyResponder.recorded(request)) }
                return switch fault {
                case "garbage": .bytes("SSH-2.0-OpenSSH_9.2\r\n")
                case "html": .bytesThenClose("HTTP/1.1 200 OK\r\n\r\n<html>hello</html>")
                case "hang": .hang
                case "die": .close
                case "few": .bytes(TinyResponder.answer(200, "{\"results\":[]}"))
                case "401": .bytes(TinyResponder.answer(401, "{\"code\":\"unauthorized\",\"message\":\"no\"}"))
                case "500": .bytes(TinyResponder.answer(500, "{}"))
                case "503": .bytes(TinyResponder.answer(503, "{}", extra: "Retry-After: 0\r\n"))
                default: .bytesThenClose("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"results\":")
                }
            }
            defer { responder.stop() }
            try responder.info().write(Self.layout(path))
            let poster = Poster(layout: Self.layout(path), options: Self.quick)
            poster.enqueue(Self.event(1))
            poster.enqueue(Self.event(2))
            let answered = await Self.drive(poster) { $0.count == 2 }
            #expect(answered.map(\.0.seq) == [1, 2])
            #expect(responder.received.count == 3)
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func aMonitorThatComesBackElsewhereIsFound() async throws {
        try await withTestDirectory { path in
            let layout = Self.layout(path)
            let poster = Poster(layout: layout, options: Self.quick)
            poster.enqueue(Self.event(1))
            // First no file, then one whose address has no listener.
            let none = await Self.drive(poster, within: 0.2) { _ in false }
            #expect(none.isEmpty)
            let first = try TinyResponder { _, request in .bytes(TinyResponder.recorded(request)) }
            try first.info().write(layout)
            let one = await Self.drive(poster) { $0.count == 1 }
            #expect(one.count == 1)
            first.stop()
            poster.enqueue(Self.event(2))
            let still = await Self.drive(poster, within: 0.2) { _ in false }
            #expect(still.isEmpty)
            let second = try TinyResponder { _, request in .bytes(TinyResponder.recorded(request)) }
            defer { second.stop() }
            try second.info(secret: "another").write(layout)
            let another = await Self.drive(poster) { $0.count == 1 }
            #expect(another.count == 1)
            #expect(second.received.first?.contains("Bearer another\r\n") == true)
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func batchesAreBoundedAndHalvedWhenTooLarge() async throws {
        try await withTestDirectory { path in
            let responder = try TinyResponder { _, request in
                let count = request.components(separatedBy: "\"kind\"").count - 1
                return count > 3
                    ? .bytes(TinyResponder.answer(413, "{}")) : .bytes(TinyResponder.recorded(request))
            }
            defer { responder.stop() }
            try responder.info().write(Self.layout(path))
            var options = Self.quick
            options.batchEvents = 10
            let poster = Poster(layout: Self.layout(path), options: options)
            for seq in 0..<25 { poster.enqueue(Self.event(Int64(seq))) }
            let answered = await Self.drive(poster) { $0.count == 25 }
            #expect(answered.map(\.0.seq) == (0..<25).map { Int64($0) })
            for request in responder.received { #expect(request.components(separatedBy: "\"kind\"").count - 1 <= 10) }
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func whatWaitsBehindAnUnansweredRequestIsSentAtTheEnd() async throws {
        try await withTestDirectory { path in
            let responder = try TinyResponder { _, _ in .hang }
            defer { responder.stop() }
            try responder.info().write(Self.layout(path))
            let poster = Poster(layout: Self.layout(path))
            poster.enqueue(Self.event(1))
            _ = await Self.drive(poster) { _ in responder.received.count == 1 }
            #expect(!poster.hasAnswered && poster.pending == 1)
            poster.enqueue(Self.event(2))
            poster.sendUnasked()
            try await waitUntil("it came") { responder.received.count == 2 }
            #expect(responder.received[1].contains("\"k2\"") && !responder.received[1].contains("\"k1\""))
        }
    }
}
