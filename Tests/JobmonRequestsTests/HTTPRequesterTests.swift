import Foundation
import JobmonTestSupport
import Synchronization
import Testing

@testable import JobmonRequests

private let fine = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
private let hello = Array("hello".utf8)

/// Requests to responders that behave, and to those that a monitor never resembles.
@Suite(.timeLimit(.minutes(20)))
struct HTTPRequesterTests {
    private static func request(_ responder: ScriptedResponder, host: String = "127.0.0.1") -> HTTPRequest {
        HTTPRequest(address: HTTPAddress(host: host, port: responder.port), method: "GET", target: "/v1/summary")
    }

    /// A responder that answers every request with `answer`, and keeps the connection.
    private static func answering(_ answer: String) throws -> ScriptedResponder {
        try ScriptedResponder { line in
            while line.request() != nil, line.send(answer) {}
        }
    }

    @Test func whatIsSent() async throws {
        let responder = try Self.answering(fine)
        var request = Self.request(responder)
        request.method = "POST"
        request.target = "/v1/events?after=3"
        request.headers = [("Authorization", "Bearer word")]
        request.body = Array("{\"a\":1}".utf8)
        let answer = try await HTTPRequester().answer(to: request, within: 60, upTo: 100)
        #expect(answer.status == 200)
        #expect(answer.body == hello)
        let text = try #require(responder.requests.first)
        #expect(text.hasPrefix("POST /v1/events?after=3 HTTP/1.1\r\n"), "\(text)")
        #expect(text.contains("\r\nHost: 127.0.0.1:\(responder.port)\r\n"), "\(text)")
        #expect(text.contains("\r\nAuthorization: Bearer word\r\n"), "\(text)")
        #expect(text.contains("\r\nContent-Length: 7\r\n"), "\(text)")
        #expect(text.hasSuffix("\r\n\r\n{\"a\":1}"), "\(text)")
    }

    @Test func addresses() async throws {
        #expect(HTTPAddress(host: "10.0.0.1", port: 80).authority == "10.0.0.1:80")
        #expect(HTTPAddress(host: "fe80::1%eth0", port: 8080).authority == "[fe80::1]:8080")
        let responder = try Self.answering(fine)
        let request = Self.request(responder, host: "localhost")
        #expect(try await HTTPRequester().answer(to: request, within: 60, upTo: 100).body == hello)
        let wrong = HTTPRequest(address: HTTPAddress(host: "127.0.0.1", port: 99999), method: "GET", target: "/")
        await #expect(throws: HTTPFailure.noPort(99999)) {
            try await HTTPRequester().answer(to: wrong, within: 60, upTo: 100)
        }
    }

    // The same answer again and again over one connection: first each byte on its own, then in two pieces, cut at every
    // byte.
    @Test(arguments: [
        fine,
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\nTrailer: x\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n" + fine,
    ])
    func answersInPieces(_ answer: String) async throws {
        let bytes = Array(answer.utf8)
        let responder = try ScriptedResponder { line in
            var cut = 0
            while line.request() != nil {
                if cut == 0 {
                    for byte in bytes { line.send([byte]) }
                } else {
                    line.send(Array(bytes[..<cut]))
                    line.send(Array(bytes[cut...]))
                }
                cut += 1
            }
        }
        let requester = HTTPRequester()
        for cut in bytes.indices {
            let read = try await requester.answer(to: Self.request(responder), within: 60, upTo: 100)
            #expect(read.status == 200)
            #expect(read.body == hello, "cut at \(cut)")
        }
        #expect(responder.accepted == 1)
    }

    @Test func aConnectionIsKeptAndUsedAgain() async throws {
        let responder = try Self.answering(fine)
        let requester = HTTPRequester()
        let request = Self.request(responder)
        for _ in 0..<20 {
            #expect(try await requester.answer(to: request, within: 60, upTo: 100).body == hello)
            #expect(requester.pool.count(at: request.address) == 1)
        }
        #expect(responder.accepted == 1)
        #expect(responder.requests.count == 20)
    }

    @Test func aKeptConnectionIsClosedAfterAWhile() async throws {
        let responder = try Self.answering(fine)
        var limits = HTTPLimits()
        limits.idleSeconds = 0.05
        let requester = HTTPRequester(limits: limits)
        let request = Self.request(responder)
        for number in 1...2 {
            #expect(try await requester.answer(to: request, within: 60, upTo: 100).body == hello)
            try await waitUntil("it is closed") { responder.accepted >= number && responder.open == 0 }
            try await waitUntil("it is forgotten") { requester.pool.count(at: request.address) == 0 }
        }
    }

    // Whether the requester sees the end before its next request, or only after that was sent, is up to chance.
    @Test func aResponderMayCloseAfterItsAnswer() async throws {
        let responder = try ScriptedResponder { line in
            line.request()
            line.send(fine)
        }
        let requester = HTTPRequester()
        for _ in 0..<100 {
            let answer = try await requester.answer(to: Self.request(responder), within: 60, upTo: 100)
            #expect(answer.body == hello)
        }
    }

    @Test func aResponderMayCloseWhenTheNextRequestArrives() async throws {
        let responder = try ScriptedResponder { line in
            line.request()
            line.send(fine)
            // The second request is read whole, and gets no answer from the first connection.
            line.request()
            if line.number > 1 { line.send(fine) }
        }
        let requester = HTTPRequester()
        let request = Self.request(responder)
        for _ in 0..<3 {
            #expect(try await requester.answer(to: request, within: 60, upTo: 100).body == hello)
        }
        #expect(responder.accepted == 2)
        #expect(responder.requests.count == 4)
    }

    // A second try is for kept connections only, which may have been closed before the request.
    @Test func aNewConnectionWithoutAnAnswerIsAnError() async throws {
        let responder = try ScriptedResponder { line in line.request() }
        await #expect(throws: HTTPFailure.closed) {
            try await HTTPRequester().answer(to: Self.request(responder), within: 60, upTo: 100)
        }
        #expect(responder.accepted == 1)
    }

    @Test func whatTheResponderWillCloseIsNotKept() async throws {
        let responder = try Self.answering("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello")
        let requester = HTTPRequester()
        let request = Self.request(responder)
        for number in 1...2 {
            #expect(try await requester.answer(to: request, within: 60, upTo: 100).body == hello)
            #expect(requester.pool.count(at: request.address) == 0)
            try await waitUntil("the requester closes it") { responder.accepted == number && responder.open == 0 }
        }
    }

    @Test func anAnswerBeforeTheEndOfTheRequest() async throws {
        let gate = ScriptGate()
        defer { gate.open() }
        let responder = try ScriptedResponder { line in
            guard line.receive() else { return }
            line.send("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno")
            gate.pass()
            while line.receive() {}
        }
        let requester = HTTPRequester()
        var request = Self.request(responder)
        request.method = "POST"
        // More than the kernel takes for a responder that does not read.
        request.body = [UInt8](repeating: 0, count: 64 << 20)
        let answer = try await requester.answer(to: request, within: 60, upTo: 100)
        #expect(answer.status == 413)
        #expect(answer.body == Array("no".utf8))
        #expect(requester.pool.count(at: request.address) == 0)
        gate.open()
        try await waitUntil("the requester closes it") { responder.open == 0 }
    }

    @Test(arguments: ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe"])
    func silence(_ beginning: String) async throws {
        let responder = try ScriptedResponder { line in
            line.request()
            line.send(beginning)
            line.request()
        }
        let requester = HTTPRequester()
        await #expect(throws: HTTPFailure.noAnswer(seconds: 0.5)) {
            try await requester.answer(to: Self.request(responder), within: 0.5, upTo: 100)
        }
        #expect("\(HTTPFailure.noAnswer(seconds: 0.5))" == "no answer within 0.5 s")
        #expect("\(HTTPFailure.noAnswer(seconds: 5))" == "no answer within 5 s")
        try await waitUntil("the connection is closed") { responder.accepted == 1 && responder.open == 0 }
        #expect(requester.pool.count(at: Self.request(responder).address) == 0)
    }

    @Test func nobodyListens() async throws {
        let responder = try ScriptedResponder(listens: false) { _ in }
        let failure = await #expect(throws: HTTPFailure.self) {
            try await HTTPRequester().answer(to: Self.request(responder), within: 60, upTo: 100)
        }
        #expect(failure == .unreachable(ECONNREFUSED))
        #expect(failure?.description == "connection refused")
    }

    @Test(arguments: [
        ("SSH-2.0-OpenSSH_9.2\r\n", HTTPFailure.notHTTP),
        ("", HTTPFailure.closed),
        ("HTTP/1.1 200 OK\r\nContent-Le", HTTPFailure.cutOff),
        ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", HTTPFailure.cutOff),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", HTTPFailure.cutOff),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nmany\r\n", HTTPFailure.notHTTP),
    ])
    func whatIsNoAnswer(_ answer: String, _ failure: HTTPFailure) async throws {
        let responder = try ScriptedResponder { line in
            line.request()
            line.send(answer)
        }
        await #expect(throws: failure) {
            try await HTTPRequester().answer(to: Self.request(responder), within: 60, upTo: 100)
        }
    }

    @Test func anAnswerHasALimit() async throws {
        let responder = try Self.answering(fine)
        let requester = HTTPRequester()
        let request = Self.request(responder)
        #expect(try await requester.answer(to: request, within: 60, upTo: 5).body == hello)
        await #expect(throws: HTTPFailure.tooLarge(limit: 4)) {
            try await requester.answer(to: request, within: 60, upTo: 4)
        }
        let endless = try ScriptedResponder { line in
            line.request()
            line.send("HTTP/1.1 200 OK\r\n\r\n")
            let part = [UInt8](repeating: 0, count: 65536)
            while line.send(part) {}
        }
        await #expect(throws: HTTPFailure.tooLarge(limit: 1 << 20)) {
            try await requester.answer(to: Self.request(endless), within: 60, upTo: 1 << 20)
        }
        try await waitUntil("the connection is closed") { endless.open == 0 }
    }

    // MARK: - Many requests

    @Test func manyRequestsShareSomeConnections() async throws {
        let gate = ScriptGate()
        defer { gate.open() }
        let responder = try ScriptedResponder { line in
            while line.request() != nil {
                gate.pass()
                guard line.send(fine) else { return }
            }
        }
        let requester = HTTPRequester()
        let request = Self.request(responder)
        try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for _ in 0..<300 {
                group.addTask { try await requester.answer(to: request, within: 600, upTo: 100).body }
            }
            try await waitUntil("256 wait for answers, the others for them") {
                responder.requests.count == 256 && requester.slots.waiting == 44
            }
            #expect(responder.accepted == 256)
            gate.open()
            for try await body in group { #expect(body == hello) }
        }
        #expect(responder.requests.count == 300)
        #expect(responder.accepted == 256)
    }

    @Test func theOneThatWaitsLongestIsNext() async throws {
        let slots = RequestSlots(1)
        try await slots.take()
        let order = Order()
        try await withThrowingTaskGroup { group in
            for number in 0..<5 {
                group.addTask {
                    try await slots.take()
                    order.numbers.withLock { $0.append(number) }
                    slots.giveBack()
                }
                try await waitUntil("it waits") { slots.waiting == number + 1 }
            }
            slots.giveBack()
            try await group.waitForAll()
        }
        #expect(order.numbers.withLock { $0 } == Array(0..<5))
    }

    @Test func waitingForOtherRequestsEnds() async throws {
        let gate = ScriptGate()
        defer { gate.open() }
        let responder = try ScriptedResponder { line in
            while line.request() != nil {
                gate.pass()
                guard line.send(fine) else { return }
            }
        }
        var limits = HTTPLimits()
        limits.requests = 1
        let requester = HTTPRequester(limits: limits)
        let request = Self.request(responder)
        let first = Task { try await requester.answer(to: request, within: 600, upTo: 100).body }
        try await waitUntil("the first is sent") { responder.requests.count == 1 }
        let second = Task { try await requester.answer(to: request, within: 600, upTo: 100).body }
        try await waitUntil("the second waits") { requester.slots.waiting == 1 }
        second.cancel()
        await #expect(throws: CancellationError.self) { try await second.value }
        #expect(requester.slots.waiting == 0)
        await #expect(throws: HTTPFailure.noAnswer(seconds: 0.1)) {
            try await requester.answer(to: request, within: 0.1, upTo: 100)
        }
        #expect(requester.slots.waiting == 0)
        gate.open()
        #expect(try await first.value == hello)
        // No slot is lost.
        #expect(try await requester.answer(to: request, within: 600, upTo: 100).body == hello)
        #expect(responder.requests.count == 2)
    }

    @Test func waitingForAnAnswerEnds() async throws {
        let responder = try ScriptedResponder { line in
            line.request()
            line.request()
        }
        let requester = HTTPRequester()
        let request = Self.request(responder)
        let task = Task { try await requester.answer(to: request, within: 600, upTo: 100).body }
        try await waitUntil("the request has arrived") { responder.requests.count == 1 }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        try await waitUntil("the connection is closed") { responder.open == 0 }
        #expect(requester.pool.count(at: request.address) == 0)
    }
}

/// The order in which requests got their slots.
private final class Order: Sendable {
    let numbers = Mutex<[Int]>([])
}
