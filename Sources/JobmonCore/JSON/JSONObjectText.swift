/// Writes an object as text while its members are appended: for what is written thousands of times a second.
struct JSONObjectText: JSONMembers {
    private(set) var bytes: [UInt8]
    private var isEmpty = true

    /// Begins the object after the end of `bytes`.
    init(after bytes: consuming [UInt8]) {
        self.bytes = bytes
        self.bytes.append(UInt8(ascii: "{"))
    }

    private mutating func begin(_ name: StaticString) {
        if isEmpty { isEmpty = false } else { bytes.append(UInt8(ascii: ",")) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    mutating func append(_ name: StaticString, _ value: JSON) {
        begin(name)
        value.write(to: &bytes)
    }

    mutating func append(_ name: StaticString, string: String) {
        begin(name)
        JSON.write(string: string, to: &bytes)
    }

    mutating func append(_ name: StaticString, int: Int64) {
        begin(name)
        JSON.write(int: int, to: &bytes)
    }

    mutating func append(_ name: StaticString, double: Double) {
        begin(name)
        JSON.write(double: double, to: &bytes)
    }

    mutating func append(_ name: StaticString, membersOf value: some JSONWritable) {
        begin(name)
        bytes.append(UInt8(ascii: "{"))
        isEmpty = true
        value.append(to: &self)
        bytes.append(UInt8(ascii: "}"))
        isEmpty = false
    }

    mutating func append(contentsOf object: JSONObject) {
        for member in object.members {
            if isEmpty { isEmpty = false } else { bytes.append(UInt8(ascii: ",")) }
            JSON.write(string: member.name, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            member.value.write(to: &bytes)
        }
    }

    /// Ends the object and returns the text. Nothing may be appended after that.
    mutating func end() -> [UInt8] {
        bytes.append(UInt8(ascii: "}"))
        defer { bytes = [] }
        return bytes
    }
}
