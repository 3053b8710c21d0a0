import Foundation
import JobmonCore
import Testing

@Suite struct JSONReadTests {
    @Test(
        arguments: [
            ("null", JSON.null), ("true", .bool(true)), ("false", .bool(false)), ("0", .int(0)), ("-0", .int(0)),
            ("-12", .int(-12)), ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)),
            ("9223372036854775808", .double(9.223372036854775808e18)),
            ("-9223372036854775809", .double(-9.223372036854775808e18)),
            ("999999999999999999", .int(999_999_999_999_999_999)),
            ("-999999999999999999", .int(-999_999_999_999_999_999)),
            ("1000000000000000000", .int(1_000_000_000_000_000_000)),
            ("-1000000000000000000", .int(-1_000_000_000_000_000_000)), ("1.5", .double(1.5)), ("1e3", .double(1000)),
            ("1E+3", .double(1000)), ("-1.5e-3", .double(-0.0015)), ("0.0", .double(0)), ("1e-400", .double(0)),
            (" [ ] ", .array([])), ("\t{\n}\r", .object([:])), ("[1,[2,{}]]", [1, [2, [:]]]),
            (#"{"a":1,"b":[null]}"#, ["a": 1, "b": [.null]]), (#""""#, ""),
            (#""a\"\\\/\b\f\n\r\t""#, "a\"\\/\u{8}\u{C}\n\r\t"),
            (#""\u00e9\u20AC""#, "é€"), (#""\ud83d\ude00""#, "😀"), (#""\u0000""#, "\0"), ("\"\u{7F}é😀\"", "\u{7F}é😀"),
            (#"{"":0}"#, ["": 0]),
        ] as [(String, JSON)]) func reads(_ text: String, _ value: JSON) throws
    {
        #expect(try JSON(parsing: text) == value)
    }

    @Test(arguments: [
        "", " ", "nul", "nulll", "True", "tru", "01", "-", "+1", ".5", "1.", "1.e3", "1e", "1e+", "0x10", "NaN",
        "Infinity", "-Infinity", "1e400", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "{", "{\"a\"", "{\"a\":",
        "{\"a\":1", "{\"a\":1,}", "{a:1}", "{'a':1}", "{\"a\" 1}", "{1:1}", "\"", "\"a", "\"\\", "\"\\x\"", "\"\\u12\"",
        "\"\\u12G4\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\\ud800x\"", "\"\u{1}\"", "\"a\nb\"",
        "1 1", "{}[]", "// a\n1", "\u{FEFF}1", "null\0",
    ]) func refuses(_ text: String) {
        #expect(throws: JSONSyntaxError.self) { try JSON(parsing: text) }
    }

    @Test(
        arguments: [
            [0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xC0, 0xAF, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
            [0x22, 0xF5, 0x80, 0x80, 0x80, 0x22], [0x22, 0x5C, 0x6E, 0xFF, 0x22], [0xFF],
        ] as [[UInt8]]) func refusesWhatIsNotUTF8(_ bytes: [UInt8])
    {
        #expect(throws: JSONSyntaxError.self) { try JSON(parsing: bytes) }
    }

    @Test func saysWhere() {
        let name = #expect(throws: JSONSyntaxError.self) { try JSON(parsing: #"{"a":1,}"#) }
        #expect(name?.offset == 7)
        let rest = #expect(throws: JSONSyntaxError.self) { try JSON(parsing: "12 3") }
        #expect(rest?.description == "not JSON: left-over text at byte 3")
    }

    @Test func nestsAsDeepAsItSays() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try JSON(parsing: nested(JSON.maximumDepth))
        #expect(throws: JSONSyntaxError.self) { try JSON(parsing: nested(JSON.maximumDepth + 1)) }
        #expect(throws: JSONSyntaxError.self) { try JSON(parsing: String(repeating: "[", count: 1_000_000)) }
        #expect(throws: JSONSyntaxError.self) { try JSON(parsing: String(repeating: "{\"a\":", count: 1_000_000)) }
    }

    @Test func readsWhatIsNotContiguous() throws {
        let bytes = Array("[1, 2]".utf8)
        #expect(try JSON(parsing: bytes.lazy.map { $0 }) == [1, 2])
        #expect(try JSON(parsing: ([0x20] + bytes)[1...]) == [1, 2])
    }

    @Test func ofMembersOfOneNameTheLastCounts() throws {
        guard case .object(let object) = try JSON(parsing: #"{"a":1,"a":2}"#) else {
            Issue.record("not an object")
            return
        }
        #expect(object["a"] == 2)
    }

    @Test("an object that was read has the room that its members need, since it may live for long")
    func objectsAreNotLargerThanNeeded() throws {
        for count in [1, 2, 3, 5, 9] {
            let inner = (0..<count).map { "\"m\($0)\":\($0)" }.joined(separator: ",")
            guard
                case .object(let outer) = try JSON(parsing: "{\"a\":1,\"b\":{\(inner)},\"c\":[{\(inner)},2],\"d\":{}}"),
                case .object(let object)? = outer["b"], case .array(let array)? = outer["c"],
                case .object(let other)? = array.first
            else {
                Issue.record("not as it was written")
                return
            }
            #expect(outer.members.map(\.name) == ["a", "b", "c", "d"] && outer.members.capacity <= 5)
            for object in [object, other] {
                #expect(object.members.map(\.name) == (0..<count).map { "m\($0)" })
                // The allocator may give a little more than is asked for.
                #expect(object.members.capacity <= count + 1)
            }
        }
    }
}

@Suite struct JSONObjectTests {
    @Test func isEqualInAnyOrder() {
        #expect(["a": 1, "b": 2] as JSONObject == ["b": 2, "a": 1])
        #expect(["a": 1] as JSONObject != ["a": 2])
        #expect(["a": 1] as JSONObject != ["a": 1, "b": 2])
        let twice = JSONObject([("a", 1), ("b", 2), ("b", 2)])
        #expect(twice != ["a": 1, "b": 2, "c": 3])
        #expect(["a": 1, "b": 2, "c": 3] as JSONObject != twice)
        #expect(twice == ["a": 1, "b": 2])
    }

    @Test func setsAndRemoves() {
        var object: JSONObject = ["a": 1]
        object["b"] = 2
        object["a"] = 3
        #expect(object == ["a": 3, "b": 2])
        #expect(object.members.map(\.name) == ["a", "b"])
        object["a"] = nil
        #expect(object == ["b": 2])
        object.append("c", ifPresent: nil)
        #expect(!object.isEmpty && object["c"] == nil)
    }
}

@Suite struct JSONWriteTests {
    @Test(
        arguments: [
            (JSON.null, "null"), (.int(.min), "-9223372036854775808"), (.double(0.1), "0.1"), (.double(1), "1.0"),
            (.double(.infinity), "null"), (.double(.nan), "null"), (.double(1e300), "1e+300"), ([], "[]"), ([:], "{}"),
            ("a\"\\\n\r\t\u{1}\u{7F}/é😀", "\"a\\\"\\\\\\n\\r\\t\\u0001\\u007f/é😀\""),
            (["a": [1, true]], #"{"a":[1,true]}"#),
        ] as [(JSON, String)]) func writes(_ value: JSON, _ text: String)
    {
        #expect(value.text == text)
    }

    /// Random values are read back unchanged, are written in one line, and Foundation reads the same text.
    @Test func comesBack() throws {
        var random = SeededRandom(seed: 7)
        for _ in 0..<3000 {
            let value = random.json(depth: 4)
            let text = value.text
            #expect(!text.contains { $0.isNewline && $0 != "\u{2028}" && $0 != "\u{2029}" && $0 != "\u{85}" })
            #expect(try JSON(parsing: text) == value)
            #expect(try JSON(parsing: text).text == text)
            _ = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
        }
    }

    /// A text with a changed, missing or doubled byte is read or refused, but never causes a trap. What is read can be
    /// written and read back.
    @Test func survivesDamage() throws {
        var random = SeededRandom(seed: 11)
        var accepted = 0
        for _ in 0..<20000 {
            var bytes = Array(random.json(depth: 3).text.utf8)
            guard !bytes.isEmpty else { continue }
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(bytes[place], at: place)
            default: bytes.removeSubrange(place...)
            }
            if let value = try? JSON(parsing: bytes) {
                accepted += 1
                #expect(try JSON(parsing: value.text) == value)
            }
        }
        #expect(accepted > 1000)
    }
}

/// Random numbers that are the same in every run.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func json(depth: Int) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 5), using: &self) {
        case 0: return Bool.random(using: &self) ? .null : .bool(Bool.random(using: &self))
        case 1: return .int(Int64(bitPattern: next()) >> Int64.random(in: 0..<64, using: &self))
        case 2:
            let number = Double(bitPattern: next())
            return .double(number.isFinite ? number : 0.5)
        case 3: return .double(Double.random(in: -1000...1000, using: &self))
        case 4: return .string(text())
        case 5, 6: return .array((0..<Int.random(in: 0..<4, using: &self)).map { _ in json(depth: depth - 1) })
        default:
            var object = JSONObject()
            for index in 0..<Int.random(in: 0..<4, using: &self) {
                object["\(index)\(text())"] = json(depth: depth - 1)
            }
            return .object(object)
        }
    }

    mutating func text() -> String {
        var scalars = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0..<6, using: &self) {
            let ranges: [ClosedRange<UInt32>] = [
                0...0x7F, 0x20...0x7E, 0x80...0x7FF, 0x800...0xD7FF, 0x10000...0x10FFFF,
            ]
            let range = ranges[Int.random(in: 0..<ranges.count, using: &self)]
            if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &self)) { scalars.append(scalar) }
        }
        return String(scalars)
    }
}
