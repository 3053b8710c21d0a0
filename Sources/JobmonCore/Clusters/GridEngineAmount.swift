/// Amounts as Grid Engine writes them.
package enum GridEngineAmount {
    /// A time: seconds, or hours, minutes and seconds, or days before these; nil for none, such as `INFINITY`.
    package static func seconds(_ text: Substring) -> Double? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) ?? .nan }
        let scales: [Double] = [1, 60, 3600, 86400]
        guard parts.count <= scales.count else { return nil }
        let seconds = zip(parts.reversed(), scales).reduce(0) { $0 + $1.0 * $1.1 }
        return seconds > 0 && seconds < 1e9 ? seconds : nil
    }

    /// A size: `300M`, `412.344M`, `70.738MB`, or a number of bytes; nil for none, such as `INFINITY` and `N/A`.
    package static func bytes(_ text: Substring) -> Double? {
        let digits = text.prefix { "0123456789.".contains($0) }
        var unit = text.dropFirst(digits.count)
        if unit.last == "B" { unit = unit.dropLast() }
        guard let number = Double(digits), unit.count <= 1, let scale = scale(of: unit.first) else { return nil }
        return number * scale
    }

    private static func scale(of unit: Character?) -> Double? {
        switch unit {
        case nil: 1
        case "K": 1024
        case "M": 1_048_576
        case "G": 1_073_741_824
        case "T": 1_099_511_627_776
        case "k": 1e3
        case "m": 1e6
        case "g": 1e9
        case "t": 1e12
        default: nil
        }
    }
}
