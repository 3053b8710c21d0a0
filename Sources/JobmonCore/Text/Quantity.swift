/// Reads amounts as people write them.
package enum Quantity {
    /// Seconds: `90`, `90s`, `10m`, `2h`, `1.5h`, `1d`. Nil for anything else, and for an amount that is not above 0.
    package static func seconds(_ text: String) -> Double? {
        amount(text, units: ["": 1, "s": 1, "m": 60, "h": 3600, "d": 86400])
    }

    /// The first and the longest delay before a retry, in seconds: `30s..10m`. For `30s` alone, the longest is
    /// `longest`, or the first if that is longer. `0` means no delay. Nil for anything else, and if the first is longer
    /// than the longest.
    package static func waits(_ text: String, longest: Double) -> (first: Double, longest: Double)? {
        if text == "0" { return (0, 0) }
        guard let dots = text.firstRange(of: "..") else {
            return seconds(text).map { ($0, max($0, longest)) }
        }
        guard let first = seconds(String(text[..<dots.lowerBound])),
            let last = seconds(String(text[dots.upperBound...])), first <= last
        else { return nil }
        return (first, last)
    }

    /// Bytes: `4G`, `512M`, `1.5GB`, `100KiB`, `2T`; units are powers of 1,024. Nil for anything else.
    package static func bytes(_ text: String) -> Int64? {
        var units: [String: Double] = ["": 1, "b": 1]
        for (power, letter) in ["k", "m", "g", "t"].enumerated() {
            var size = 1024.0
            for _ in 0..<power { size *= 1024 }
            for ending in ["", "b", "ib"] { units[letter + ending] = size }
        }
        guard let amount = amount(text.lowercased(), units: units), amount < 9e18 else { return nil }
        return Int64(amount.rounded())
    }

    private static func amount(_ text: String, units: [String: Double]) -> Double? {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard let number = Double(digits), number > 0, let unit = units[String(text.dropFirst(digits.count))] else {
            return nil
        }
        return number * unit
    }
}
