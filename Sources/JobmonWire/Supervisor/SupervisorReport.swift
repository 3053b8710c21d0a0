package import JobmonCore

/// A message from a supervisor to its queue, one line of JSON each. An instance that did not complete, or
/// that completed in doubt, is reported by the same event that was spooled for it. For an instance that started or
/// completed, the queue needs only its key; there are thousands of those per second.
package enum SupervisorReport: Sendable, Equatable {
    /// The answer to the queue's `hello`.
    case hello(version: Int, pid: Int32, state: SupervisorState)
    /// RUNNING of these instances is spooled.
    case started([String])
    /// COMPLETE of these instances is spooled.
    case completed([String])
    /// Another outcome of an instance, already spooled.
    case event(Event)
    /// These instances will not start here, and are in the same state as before they were handed over.
    case returned([String])
    /// The number of spooled events that no monitor has acknowledged yet.
    case unacknowledged(Int)
    case state(number: Int, SupervisorState)
}

/// The instances that a supervisor has.
package struct SupervisorState: Sendable, Equatable {
    package var running: [String]
    package var waiting: [String]

    package init(running: [String], waiting: [String]) {
        self.running = running
        self.waiting = waiting
    }
}

extension SupervisorReport {
    /// Appends the message as a line.
    package func write(to bytes: inout [UInt8]) {
        json.write(to: &bytes)
        bytes.append(0x0A)
    }

    private var json: JSON {
        switch self {
        case .hello(let version, let pid, let state):
            .object(
                JSONObject(
                    [("kind", "hello"), ("version", .int(Int64(version))), ("pid", .int(Int64(pid)))] + state.members))
        case .started(let keys): ["kind": "started", "keys": .array(keys.map { .string($0) })]
        case .completed(let keys): ["kind": "completed", "keys": .array(keys.map { .string($0) })]
        case .event(let event): event.json
        case .returned(let keys): ["kind": "returned", "keys": .array(keys.map { .string($0) })]
        case .unacknowledged(let count): ["kind": "unacknowledged", "count": .int(Int64(count))]
        case .state(let number, let state):
            .object(JSONObject([("kind", "state"), ("number", .int(Int64(number)))] + state.members))
        }
    }

    /// Reads a line without its line end.
    /// - Throws: `.malformed` or `.invalid` if it is not such a message.
    package init(line: some Collection<UInt8>) throws(Problem) {
        let json: JSON
        do throws(JSONSyntaxError) { json = try JSON(parsing: line) } catch { throw Problem(error) }
        do throws(FieldError) { self = try Self.read(json) } catch { throw Problem(error) }
    }

    private static func read(_ json: JSON) throws(FieldError) -> SupervisorReport {
        let fields = try JSONFields(json, named: "message")
        switch try fields.required("kind", try fields.string("kind")) {
        case "hello":
            let pid = try fields.required("pid", try fields.int("pid", atLeast: 1))
            guard pid <= Int64(Int32.max) else { throw fields.failure("pid", "must be a process id, not \(pid)") }
            return .hello(
                version: Int(try fields.required("version", try fields.int("version", atLeast: 1))), pid: Int32(pid),
                state: try SupervisorState(fields))
        case "started": return .started(try fields.required("keys", try fields.strings("keys")))
        case "completed": return .completed(try fields.required("keys", try fields.strings("keys")))
        case "returned": return .returned(try fields.required("keys", try fields.strings("keys")))
        case "unacknowledged":
            return .unacknowledged(Int(try fields.required("count", try fields.int("count", atLeast: 0))))
        case "state":
            return .state(number: Int(try fields.int("number", atLeast: 0) ?? 0), try SupervisorState(fields))
        default: return .event(try Event(json))
        }
    }
}

extension SupervisorState {
    fileprivate var members: [(name: String, value: JSON)] {
        [("running", .array(running.map { .string($0) })), ("waiting", .array(waiting.map { .string($0) }))]
    }

    fileprivate init(_ fields: JSONFields) throws(FieldError) {
        self.init(running: try fields.strings("running") ?? [], waiting: try fields.strings("waiting") ?? [])
    }
}
