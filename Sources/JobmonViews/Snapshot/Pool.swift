/// Values that are kept once each, by number.
struct Pool<Value: Hashable & Sendable>: Sendable {
    private(set) var values: ContiguousArray<Value> = []
    private var numbers: [Value: UInt32] = [:]

    /// The number of a value, which is added if it is new.
    mutating func number(_ value: Value) -> UInt32 {
        if let last = values.last, last == value { return UInt32(values.count - 1) }
        if let number = numbers[value] { return number }
        let number = UInt32(values.count)
        values.append(value)
        numbers[value] = number
        return number
    }

    /// The number of a value; nil if no job has it.
    func find(_ value: Value) -> UInt32? { numbers[value] }

    subscript(_ number: UInt32) -> Value { values[Int(number)] }
}
