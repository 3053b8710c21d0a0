package import JobmonCore

extension Concentration {
    /// `loc=kenya: 12 of the 14 jobs that failed so, 3 of 326 that worked (by chance: 2e-11)`
    package var sentence: String {
        "\(property): \(Units.grouped(failedWith)) of the \(Units.count(failed, "job")) that failed so, "
            + "\(Units.grouped(workedWith)) of \(Units.grouped(worked)) that worked (by chance: \(shownChance))"
    }

    /// One digit: `2e-11`, `0.003`.
    private var shownChance: String {
        var exponent = 0
        var digits = chance
        guard digits > 1e-300 else { return "under 1e-300" }
        while digits < 1 {
            digits *= 10
            exponent += 1
        }
        var digit = Int(digits.rounded())
        if digit == 10 {
            digit = 1
            exponent -= 1
        }
        if exponent <= 0 { return "1" }
        return exponent <= 3
            ? "0.\(String(repeating: "0", count: max(0, exponent - 1)))\(digit)" : "\(digit)e-\(exponent)"
    }

    /// The form in JSON.
    package var json: JSON {
        [
            "property": .string(property), "failed_with": .int(Int64(failedWith)), "failed": .int(Int64(failed)),
            "worked_with": .int(Int64(workedWith)), "worked": .int(Int64(worked)), "chance": .double(chance),
        ]
    }
}
