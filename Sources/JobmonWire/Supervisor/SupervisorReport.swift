package import JobmonCore

/// What a supervisor says to its queue: a line of JSON each. How an instance ended otherwise than well is said by the
/// very event that was spooled for it; of one that started or is complete a queue needs no more than its key, and
/// there are thousands of those in a second.
package enum SupervisorReport: Sendable, Equatable {
    /// The answer to the queue's hello.
    case hello(version: Int, pid: Int32, state: SupervisorState)
    /// RUNNING of these instances is spooled.
    case started([String])
    /// These instances are COMPLETE, which is spooled.
    case completed([String])
    /// An instance's other outcome, spooled by now.
    case event(Event)
    /// It will not start here, and is as it was before it was handed over.
    case returned([String])
    /// How many spooled events no monitor has acknowledged yet.
    case unacknowledged(Int)
    case state(number: Int, SupervisorState)
}

/// Which instances a supervisor has.
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

    /// Reads a line, without its end.
    /// - Throws: `.malformed` or `.invalid` for what is no such message.
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
