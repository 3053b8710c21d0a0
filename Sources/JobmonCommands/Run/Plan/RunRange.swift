import JobmonCore

/// A range of numbers as people write it: `1990..2020`, `1990..2020..5`, `10..1..-1`, `0.1..0.5..0.1`. Numbers are
/// exact; no value is rounded.
struct RunRange: Equatable {
    /// The values. Whole numbers without leading zeros are numbers, all others texts.
    var values: [JSON]

    /// Why a text that looks like a range is invalid.
    struct Failure: Error, Equatable {
        var message: String
        var hint: String
    }

    /// Reads a text; nil if it is not a range but another text (`../data`, `v1..v2`).
    /// - Parameter limit: the maximum number of values.
    /// - Throws: what is wrong with a range of numbers.
    init?(_ text: some StringProtocol, limit: Int) throws(Failure) {
        let parts = Self.parts(String(text))
        guard parts.count > 1 else { return nil }
        let numbers = parts.map { Decimal($0) }
        let beginsLikeOne = parts.allSatisfy { $0.first?.isNumber == true }
        guard beginsLikeOne || numbers.contains(where: { $0 != nil }) else {
            // bash would expand `a..e` to five words.
            if parts.allSatisfy({ $0.count == 1 && $0.first?.isLetter == true && $0.first?.isASCII == true }) {
                throw Failure(message: "a range must consist of numbers", hint: "list the values: a,b,c")
            }
            return nil
        }
        guard numbers.count <= 3, let first = numbers[0], let last = numbers[1],
            let step = numbers.count < 3 ? Self.one : numbers[2]
        else {
            throw Failure(
                message: "invalid range of numbers",
                hint: "use FIRST..LAST or FIRST..LAST..STEP, such as 1990..2020..5; for other text use @FILE")
        }
        let digits = max(first.digits, last.digits, step.digits)
        if numbers.count == 2, digits > 0 {
            throw Failure(
                message: "a range with decimals needs a step",
                hint: "add it to the range, such as \(parts[0])..\(parts[1])..\(Self.smallest(digits))")
        }
        guard let start = first.units(digits), let end = last.units(digits), let stride = step.units(digits) else {
            throw Failure(message: "the numbers have too many digits", hint: "use at most 18 digits")
        }
        guard stride != 0 else { throw Failure(message: "the step is 0", hint: "omit it, or give another step") }
        let (distance, overflow) = end.subtractingReportingOverflow(start)
        guard !overflow, start == end || (distance > 0) == (stride > 0) else {
            let back = parts.count == 3 ? (stride > 0 ? "-\(parts[2])" : String(parts[2].dropFirst())) : "-1"
            throw Failure(
                message: "the range must rise, or have a step that leads from \(parts[0]) to \(parts[1])",
                hint: "for values that \(distance < 0 ? "fall" : "rise") write \(parts[0])..\(parts[1])..\(back)")
        }
        guard distance.magnitude / stride.magnitude < UInt64(limit) else {
            throw Failure(message: "the range must contain at most \(limit) values", hint: "give a larger step")
        }
        // 01..12 gives 01, 02, and so on.
        let width = first.width ?? (stride < 0 ? last.width : nil) ?? 0
        // The end need not be a value: 0.1..0.35..0.1 gives 0.1, 0.2 and 0.3.
        let shownDigits = max(first.digits, step.digits)
        var unit: Int64 = 1
        for _ in shownDigits..<digits { unit *= 10 }
        values = (0...Int64(distance.magnitude / stride.magnitude)).map { place in
            let units = start + place * stride
            return shownDigits == 0 && width == 0
                ? .int(units / unit) : .string(Self.text(units / unit, digits: shownDigits, width: width))
        }
    }

    private static let one = Decimal("1")

    /// The parts between pairs of dots. Three dots are an error, not a pair followed by a dot.
    private static func parts(_ text: String) -> [String] {
        var parts = [""]
        var rest = text[...]
        while let dots = rest.firstRange(of: "..") {
            parts[parts.count - 1] += rest[..<dots.lowerBound]
            parts.append("")
            rest = rest[dots.upperBound...]
        }
        parts[parts.count - 1] += rest
        return parts
    }

    private static func text(_ units: Int64, digits: Int, width: Int) -> String {
        var text = String(units.magnitude)
        let least = max(1, width) + digits
        if text.count < least { text = String(repeating: "0", count: least - text.count) + text }
        if digits > 0 { text = "\(text.dropLast(digits)).\(text.suffix(digits))" }
        return units < 0 ? "-\(text)" : text
    }

    private static func smallest(_ digits: Int) -> String { text(1, digits: digits, width: 0) }

    /// A decimal number as written.
    private struct Decimal {
        var isNegative: Bool
        var whole: Substring
        var fraction: Substring

        init?(_ text: String) {
            var rest = text[...]
            isNegative = rest.first == "-"
            if rest.first == "-" || rest.first == "+" { rest.removeFirst() }
            let dot = rest.firstIndex(of: ".")
            whole = rest[..<(dot ?? rest.endIndex)]
            fraction = dot.map { rest[rest.index(after: $0)...] } ?? ""
            guard (whole + fraction).utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            guard !whole.isEmpty, dot == nil || !fraction.isEmpty else { return nil }
        }

        /// The number of digits after the decimal point.
        var digits: Int { fraction.count }
        /// The number of digits before the decimal point if there is a leading zero; then all values have as many. Else
        /// nil.
        var width: Int? { !isNegative && whole.count > 1 && whole.first == "0" ? whole.count : nil }

        /// The number in units of the given decimal digit; nil if it has too many digits.
        func units(_ digits: Int) -> Int64? {
            Int64(
                (isNegative ? "-" : "") + whole + fraction + String(repeating: "0", count: digits - fraction.count))
        }
    }
}
