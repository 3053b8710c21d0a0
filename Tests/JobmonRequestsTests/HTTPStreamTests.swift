import Foundation
import JobmonTestSupport
import Synchronization
import Testing

@testable import JobmonRequests

/// Answers without an end, such as a subscriber's.
@Suite(.timeLimit(.minutes(20)))
struct HTTPStreamTests {
    private static let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"

    private static func request(_ responder: ScriptedResponder) -> HTTPRequest {
        HTTPRequest(
            address: HTTPAddress(host: "127.0.0.1", port: responder.port), method: "GET", target: "/v1/events")
    }

    @Test func partsComeAtOnceAndTheEndIsSeen() async throws {
        let gate = ScriptGate()
        defer { gate.open() }
        let responder = try ScriptedResponder { line in
            line.request()
            line.send(Self.head)
            line.send("one")
            gate.pass()
            line.send("two")
        }
        let answer = try await HTTPRequester().stream(Self.request(responder), within: 60)
        #expect(answer.status == 200)
        let parts = answer.body.makeAsyncIterator()
        let first = try await parts.next()
        #expect(first == Array("one".utf8))
        gate.open()
        let second = try await parts.next()
        #expect(second == Array("two".utf8))
        let end = try await parts.next()
        #expect(end == nil)
    }

    @Test func aStreamWithoutAHead() async throws {
        let responder = try ScriptedResponder { line in
            line.request()
            line.request()
        }
        await #expect(throws: HTTPFailure.noAnswer(seconds: 0.5)) {
            try await HTTPRequester().stream(Self.request(responder), within: 0.5)
        }
        try await waitUntil("the connection is closed") { responder.accepted == 1 && responder.open == 0 }
    }

    @Test func aSilentStreamEnds() async throws {
        let responder = try ScriptedResponder { line in
            line.request()
            line.send(Self.head)
            line.send("one")
            line.request()
        }
        var limits = HTTPLimits()
        limits.silenceSeconds = 0.5
        let answer = try await HTTPRequester(limits: limits).stream(Self.request(responder), within: 60)
        await #expect(throws: HTTPFailure.silent(seconds: 0.5)) { try await answer.body.collect(upTo: 100) }
        try await waitUntil("the connection is closed") { responder.open == 0 }
    }

    // The responder's kernel takes a few MiB, and then nothing. That is no silence: the stream goes on when it is read.
    @Test func aStreamThatNobodyReadsIsHeldBack() async throws {
        let filled = Mutex<Int?>(nil)
        let isFilled = Mutex(false)
        let more = 3 << 20
        let responder = try ScriptedResponder { line in
            line.request()
            line.send(Self.head)
            let part = [UInt8](repeating: UInt8(ascii: "x"), count: 65536)
            let sent = line.fill(with: part, upTo: 256 << 20, milliseconds: 5000)
            filled.withLock { $0 = sent }
            isFilled.withLock { $0 = true }
            line.send([UInt8](repeating: UInt8(ascii: "y"), count: more))
        }
        var limits = HTTPLimits()
        limits.silenceSeconds = 3
        let answer = try await HTTPRequester(limits: limits).stream(Self.request(responder), within: 60)
        try await waitUntil("the responder can't send, or never stops") { isFilled.withLock { $0 } }
        let sent = try #require(filled.withLock { $0 }, "it was read, or closed")
        #expect(try await answer.body.collect(upTo: 1 << 30).count == sent + more)
    }

    @Test func aReaderThatLeavesClosesTheConnection() async throws {
        let responder = try ScriptedResponder { line in
            line.request()
            line.send(Self.head)
            while line.send("part") {}
        }
        let requester = HTTPRequester()
        // Without reading, and within the stream.
        _ = try await requester.stream(Self.request(responder), within: 60)
        try await waitUntil("the connection is closed") { responder.accepted == 1 && responder.open == 0 }
        for try await part in try await requester.stream(Self.request(responder), within: 60).body {
            #expect(!part.isEmpty)
            break
        }
        try await waitUntil("the connection is closed") { responder.accepted == 2 && responder.open == 0 }
    }

    @Test func aCancelledReaderClosesTheConnection() async throws {
        let responder = try ScriptedResponder { line in
            line.request()
            line.send(Self.head)
            line.send("one")
            line.request()
        }
        let requester = HTTPRequester()
        let isReading = Mutex(false)
        let reader = Task {
            for try await _ in try await requester.stream(Self.request(responder), within: 60).body {
                isReading.withLock { $0 = true }
            }
        }
        try await waitUntil("it reads") { isReading.withLock { $0 } }
        reader.cancel()
        await #expect(throws: CancellationError.self) { try await reader.value }
        try await waitUntil("the connection is closed") { responder.open == 0 }
    }

    @Test func aStreamThatBreaksOffIsNotAtItsEnd() async throws {
        let responder = try ScriptedResponder { line in
            line.request()
            line.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
        }
        let answer = try await HTTPRequester().stream(Self.request(responder), within: 60)
        await #expect(throws: HTTPFailure.cutOff) { try await answer.body.collect(upTo: 100) }
    }

    @Test func streamsTakeNoSlots() async throws {
        let responder = try ScriptedResponder { line in
            while let request = line.request() {
                guard request.hasPrefix("GET /v1/events") else {
                    line.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
                    continue
                }
                line.send(Self.head)
                line.send("one")
            }
        }
        var limits = HTTPLimits()
        limits.requests = 1
        let requester = HTTPRequester(limits: limits)
        let streams = [
            try await requester.stream(Self.request(responder), within: 60),
            try await requester.stream(Self.request(responder), within: 60),
        ]
        var request = Self.request(responder)
        request.target = "/v1/summary"
        #expect(try await requester.answer(to: request, within: 60, upTo: 100).body == Array("hi".utf8))
        #expect(responder.accepted == 3)
        #expect(requester.pool.count(at: request.address) == 1)
        #expect(streams.map(\.status) == [200, 200])
    }
}
