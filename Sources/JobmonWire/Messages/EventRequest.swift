package import JobmonCore

/// The body of `POST /v1/events`: `{"events":[...]}`, or a single event.
package enum EventRequest {
    /// The body with these events.
    package static func body(_ events: [Event]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16 + events.count * 256)
        bytes.append(contentsOf: "{\"events\":[".utf8)
        for (index, event) in events.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            event.write(to: &bytes)
        }
        bytes.append(contentsOf: "]}".utf8)
        return bytes
    }

    /// The events of a body. An event that is wrong in itself becomes `.unreadable`; the others are read.
    /// - Throws: `.malformed`, `.invalid` or `.tooLarge` if the body as a whole cannot be accepted.
    package static func read(_ body: some Collection<UInt8>) throws(Problem) -> [Event] {
        let json: JSON
        do throws(JSONSyntaxError) { json = try JSON(parsing: body) } catch { throw Problem(error) }
        let items: [JSON]
        do throws(FieldError) {
            let fields = try JSONFields(json, named: "the body")
            // A batch has no `kind`, and an event has no `events`.
            items = fields.value("kind") == nil ? try fields.objects("events") : [json]
        } catch {
            throw Problem(error)
        }
        guard items.count <= ProtocolLimits.eventsPerRequest else {
            throw Problem(
                .tooLarge,
                "the request has \(items.count) events; at most \(ProtocolLimits.eventsPerRequest) are accepted",
                hint: "send them in several requests")
        }
        let mayBeLarge = body.count > ProtocolLimits.event
        return items.map { item in
            if mayBeLarge, item.bytes.count > ProtocolLimits.event {
                return Event(
                    unreadable: item,
                    Problem(
                        .tooLarge, "the event is larger than \(ProtocolLimits.event >> 20) MiB",
                        hint: "shorten its texts, such as stderr or description"))
            }
            do throws(FieldError) { return try Event(item) } catch { return Event(unreadable: item, Problem(error)) }
        }
    }
}

/// The answer to `POST /v1/events` and `/v1/actions`: a result for each event, in order.
package enum EventAnswer {
    /// The HTTP status: 200, unless every event was refused; then the status of the first problem.
    package static func status(_ results: [EventResult]) -> Int { problem(results)?.code.httpStatus ?? 200 }

    /// The body. If every event was refused, it is an error body too: the first problem beside `results`.
    package static func body(_ results: [EventResult]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32 + results.count * 80)
        if let problem = problem(results) {
            JSON.object(problem.members).write(to: &bytes)
            bytes[bytes.count - 1] = UInt8(ascii: ",")
        } else {
            bytes.append(UInt8(ascii: "{"))
        }
        bytes.append(contentsOf: "\"results\":[".utf8)
        for (index, result) in results.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            result.write(to: &bytes)
        }
        bytes.append(contentsOf: "]}".utf8)
        return bytes
    }

    /// The results in a body, whatever its HTTP status.
    /// - Returns: nil for a body without results (an error of the whole request).
    package static func read(_ body: some Collection<UInt8>) throws(FieldError) -> [EventResult]? {
        let json: JSON
        do throws(JSONSyntaxError) { json = try JSON(parsing: body) } catch {
            throw FieldError("the answer", "is \(error)")
        }
        guard let items = try JSONFields(json, named: "the answer").array("results") else { return nil }
        var results: [EventResult] = []
        results.reserveCapacity(items.count)
        for item in items { results.append(try EventResult(item)) }
        return results
    }

    private static func problem(_ results: [EventResult]) -> Problem? {
        guard let first = results.first, results.allSatisfy({ $0.outcome == .refused }) else { return nil }
        return first.problem ?? Problem(.contradiction, "the event was refused")
    }
}
