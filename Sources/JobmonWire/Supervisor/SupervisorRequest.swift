package import JobmonCore

/// A message from a queue to its supervisor, one line of JSON each, over the socket of `SupervisorSocket`.
package enum SupervisorRequest: Sendable, Equatable {
    /// The first line of a connection: the supervisor belongs to this queue from now on.
    case hello(version: Int, room: MachineRoom)
    /// Instances to run, in the order of their ranks, as there is room for them.
    case submit([InstanceOrder])
    /// Return all instances that have not started.
    case recall
    /// End these instances; those that have not started come back CANCELLED.
    case cancel(keys: [String], returningAttempt: Bool)
    /// What the instances may take of this machine from now on, all together.
    case room(MachineRoom)
    /// Ask which instances it has; the answer has the same number.
    case state(Int)
    /// Start nothing more, and end running instances if `ending`; exit once all are over.
    case stop(ending: Bool)

    /// The version of these messages. A supervisor that outlived its queue may be older than the next queue.
    package static let version = 3
}

extension SupervisorRequest {
    /// Appends the message as a line.
    package func write(to bytes: inout [UInt8]) {
        json.write(to: &bytes)
        bytes.append(0x0A)
    }

    private var json: JSON {
        switch self {
        case .hello(let version, let room): ["kind": "hello", "version": .int(Int64(version)), "room": room.json]
        case .submit(let orders): ["kind": "submit", "orders": .array(orders.map(\.json))]
        case .recall: ["kind": "recall"]
        case .cancel(let keys, let returning):
            ["kind": "cancel", "keys": .array(keys.map { .string($0) }), "returning": .bool(returning)]
        case .room(let room): ["kind": "room", "room": room.json]
        case .state(let number): ["kind": "state", "number": .int(Int64(number))]
        case .stop(let ending): ["kind": "stop", "ending": .bool(ending)]
        }
    }

    /// Reads a line without its line end.
    /// - Throws: `.malformed` or `.invalid` if it is not such a message.
    package init(line: some Collection<UInt8>) throws(Problem) {
        let json: JSON
        do throws(JSONSyntaxError) { json = try JSON(parsing: line) } catch { throw Problem(error) }
        do throws(FieldError) { self = try Self.read(json) } catch { throw Problem(error) }
    }

    private static func read(_ json: JSON) throws(FieldError) -> SupervisorRequest {
        let fields = try JSONFields(json, named: "message")
        let kind = try fields.required("kind", try fields.string("kind"))
        switch kind {
        case "hello":
            return .hello(
                version: Int(try fields.required("version", try fields.int("version", atLeast: 1))),
                room: try room(fields))
        case "submit":
            var orders: [InstanceOrder] = []
            for item in try fields.required("orders", try fields.array("orders")) {
                orders.append(try InstanceOrder(item))
            }
            return .submit(orders)
        case "recall": return .recall
        case "cancel":
            return .cancel(
                keys: try fields.required("keys", try fields.strings("keys")),
                returningAttempt: try fields.bool("returning") ?? false)
        case "room": return .room(try room(fields))
        case "state": return .state(Int(try fields.int("number", atLeast: 0) ?? 0))
        case "stop": return .stop(ending: try fields.bool("ending") ?? false)
        default: throw fields.failure("kind", "is unknown: \"\(kind.prefix(40))\"")
        }
    }

    private static func room(_ fields: JSONFields) throws(FieldError) -> MachineRoom {
        try MachineRoom(try fields.required("room", try fields.fields("room")))
    }
}
