/// The key of a job in little memory: mostly, it is 32 hexadecimal digits, which are 16 bytes.
enum JobKey: Sendable, Hashable {
    case digits(UInt64, UInt64)
    case other(String)

    init(_ text: String) {
        let bytes = text.utf8
        guard bytes.count == 32, let high = Self.number(bytes.prefix(16)), let low = Self.number(bytes.suffix(16))
        else {
            self = .other(text)
            return
        }
        self = .digits(high, low)
    }

    var text: String {
        switch self {
        case .digits(let high, let low):
            String(unsafeUninitializedCapacity: 32) { text in
                for place in 0..<16 {
                    text[place] = Self.digit(high >> (60 - 4 * UInt64(place)))
                    text[16 + place] = Self.digit(low >> (60 - 4 * UInt64(place)))
                }
                return 32
            }
        case .other(let text): text
        }
    }

    private static func digit(_ bits: UInt64) -> UInt8 {
        let value = UInt8(bits & 15)
        return value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    /// The number that these digits write; nil if one is none, or is a capital letter.
    private static func number(_ digits: some Sequence<UInt8>) -> UInt64? {
        var number: UInt64 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | UInt64(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): number = number << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return number
    }
}
