import Synchronization

/// A job's description in little memory. Most jobs of a queue have the same program, directory, environment and resources:
/// these they share. What a job has of its own, mostly some arguments and params, is one text, which fits into the value
/// itself where it is short.
package struct PackedDescription: Sendable, Equatable {
    /// A description of which jobs change some parts.
    private final class Common: Sendable {
        let value: JobDescription

        init(_ value: JobDescription) { self.value = value }
    }

    private let common: Common
    /// The parts of its own, each with a mark before it; empty: it has none.
    private let own: String

    package init(_ description: JobDescription) {
        (common, own) = Self.recent.withLock { recent in
            for (place, candidate) in recent.enumerated() where Self.fits(description, candidate.value) {
                // The one that was used last is looked at first.
                if place > 0 { recent.swapAt(place, 0) }
                return (candidate, Self.difference(of: description, from: candidate.value))
            }
            let made = Common(description)
            if recent.count == Self.mostRecent { recent.removeLast() }
            recent.insert(made, at: 0)
            return (made, "")
        }
    }

    package var value: JobDescription {
        guard !own.isEmpty else { return common.value }
        return Self.applied(own, to: common.value)
    }

    package static func == (one: PackedDescription, other: PackedDescription) -> Bool {
        one.value == other.value
    }

    // MARK: What is shared

    /// Descriptions that the next ones are likely to share, the latest first. They are a few, so that looking costs little
    /// where no two jobs have anything in common.
    private static let recent = Mutex<[Common]>([])
    private static let mostRecent = 16

    /// Whether a description differs from another one only in parts that can be its own.
    private static func fits(_ description: JobDescription, _ other: JobDescription) -> Bool {
        description.shell == other.shell && description.timeout == other.timeout
            && description.maxAttempts == other.maxAttempts && (description.name == nil) == (other.name == nil)
            && isSame(description.cwd, other.cwd)
            && description.params.members.count == other.params.members.count
            && zip(description.params.members, other.params.members).allSatisfy { isSame($0.name, $1.name) }
            && isSame(description.resources, other.resources) && isSame(description.env, other.env)
    }

    // Two texts that are equal to Swift may have different bytes (é), and a path is its bytes.

    private static func isSame(_ one: String, _ other: String) -> Bool { one.hasSameBytes(as: other) }

    private static func isSame(_ one: String?, _ other: String?) -> Bool {
        guard let one, let other else { return one == nil && other == nil }
        return isSame(one, other)
    }

    private static func isSame(_ one: [String], _ other: [String]) -> Bool {
        one.count == other.count && zip(one, other).allSatisfy { isSame($0, $1) }
    }

    private static func isSame(_ one: JSONObject, _ other: JSONObject) -> Bool {
        one.members.count == other.members.count
            && zip(one.members, other.members).allSatisfy { isSame($0.name, $1.name) && isSame($0.value, $1.value) }
    }

    private static func isSame(_ one: JSON, _ other: JSON) -> Bool {
        switch (one, other) {
        case (.null, .null): true
        case (.bool(let one), .bool(let other)): one == other
        case (.int(let one), .int(let other)): one == other
        case (.double(let one), .double(let other)): one.bitPattern == other.bitPattern
        case (.string(let one), .string(let other)): isSame(one, other)
        case (.array(let one), .array(let other)):
            one.count == other.count && zip(one, other).allSatisfy { isSame($0, $1) }
        case (.object(let one), .object(let other)): isSame(one, other)
        default: false
        }
    }

    // MARK: What is its own

    /// What stands before a part.
    private enum Mark {
        static let name = UInt8(ascii: "n")
        static let runfile = UInt8(ascii: "r")
        static let argument = UInt8(ascii: "a")
        /// It has no arguments.
        static let noArguments = UInt8(ascii: "z")
        static let text = UInt8(ascii: "t")
        /// A param that is a floating-point number: its bits.
        static let double = UInt8(ascii: "d")
        /// Any other param, as JSON.
        static let json = UInt8(ascii: "j")
    }

    private static func difference(of description: JobDescription, from other: JobDescription) -> String {
        var text: [UInt8] = []
        func add(_ mark: UInt8, _ part: String) {
            text.append(mark)
            text.append(contentsOf: String(part.utf8.count).utf8)
            text.append(UInt8(ascii: ":"))
            text.append(contentsOf: part.utf8)
        }
        if let name = description.name, !isSame(name, other.name ?? "") { add(Mark.name, name) }
        if !isSame(description.runfile, other.runfile) { add(Mark.runfile, description.runfile) }
        if !isSame(description.args, other.args) {
            if description.args.isEmpty { add(Mark.noArguments, "") }
            for argument in description.args { add(Mark.argument, argument) }
        }
        if !isSame(description.params, other.params) {
            for param in description.params.members {
                switch param.value {
                case .string(let value): add(Mark.text, value)
                case .double(let value): add(Mark.double, String(value.bitPattern, radix: 16))
                default: add(Mark.json, param.value.text)
                }
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func applied(_ own: String, to other: JobDescription) -> JobDescription {
        var description = other
        var arguments: [String] = []
        var hasArguments = false
        var values: [JSON] = []
        var rest = own.utf8[...]
        while let mark = rest.popFirst() {
            var length = 0
            while let digit = rest.popFirst(), digit != UInt8(ascii: ":") {
                length = length * 10 + Int(digit - UInt8(ascii: "0"))
            }
            let bytes = rest.prefix(length)
            rest = rest.dropFirst(length)
            let part = String(Substring(bytes))
            switch mark {
            case Mark.name: description.name = part
            case Mark.runfile: description.runfile = part
            case Mark.argument:
                arguments.append(part)
                hasArguments = true
            case Mark.noArguments: hasArguments = true
            case Mark.text: values.append(.string(part))
            case Mark.double: values.append(.double(Double(bitPattern: UInt64(part, radix: 16) ?? 0)))
            // It was written by this type.
            default: values.append((try? JSON(parsing: part)) ?? .null)
            }
        }
        if hasArguments { description.args = arguments }
        if !values.isEmpty {
            description.params = JSONObject(zip(other.params.members, values).map { (name: $0.name, value: $1) })
        }
        return description
    }
}
