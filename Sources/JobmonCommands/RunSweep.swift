import JobmonCore

/// Named params and the values that each takes: what `--each` gives. Every combination is a job; the first param varies
/// slowest.
struct RunSweep: Equatable {
    /// More jobs than this at once are a mistake rather than a wish.
    static let limit = 5_000_000

    struct Dimension: Equatable {
        var name: String
        var values: [JSON]
    }

    var dimensions: [Dimension]

    /// Reads `name=1990..2020`, `name=a,b,c` and `name=@file` (a value a line).
    /// - Throws: `CommandFailure` that says which is wrong and what it should be.
    init(_ texts: [String], readFile: (String) throws -> String) throws {
        dimensions = []
        var jobs = 1
        for text in texts {
            guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
                throw CommandFailure(
                    .usage, "--each \(text) has no name", hint: "write --each year=1990..2020 or --each loc=a,b,c")
            }
            let name = String(text[..<equals])
            try Self.check(name: name, where: "--each")
            guard !dimensions.contains(where: { $0.name == name }) else {
                throw CommandFailure(.usage, "--each \(name) is given twice")
            }
            let values = try Self.values(String(text[text.index(after: equals)...]), of: name, readFile)
            guard !values.isEmpty else { throw CommandFailure(.usage, "--each \(name) has no values") }
            let (product, overflow) = jobs.multipliedReportingOverflow(by: values.count)
            guard !overflow, product <= Self.limit else {
                throw CommandFailure(.usage, "these --each make more than \(Self.limit) jobs")
            }
            jobs = product
            dimensions.append(Dimension(name: name, values: values))
        }
    }

    /// A param's name must be one that a template can hold.
    static func check(name: String, where place: String) throws {
        if name.isEmpty || name.contains(where: { "{}= ".contains($0) || $0.isNewline }) {
            throw CommandFailure(.usage, "\(place): \"\(name)\" can't be the name of a param")
        }
        if name == "jid" || name == "attempt" {
            throw CommandFailure(.usage, "\(place): a param can't be named \"\(name)\": {\(name)} is jobmon's own")
        }
    }

    private static func values(
        _ text: String, of name: String, _ readFile: (String) throws -> String
    ) throws -> [JSON] {
        if text.hasPrefix("@") {
            return try readFile(String(text.dropFirst())).split(whereSeparator: \.endsLine).map { .string(String($0)) }
        }
        if text.isEmpty { return [] }
        if let dots = text.firstRange(of: ".."), let range = try range(text, dots, of: name) { return range }
        return text.split(separator: ",", omittingEmptySubsequences: false).map { .string(String($0)) }
    }

    private static func range(_ text: String, _ dots: Range<String.Index>, of name: String) throws -> [JSON]? {
        let (lower, upper) = (text[..<dots.lowerBound], text[dots.upperBound...])
        guard let first = Int64(lower), let last = Int64(upper) else { return nil }
        guard first <= last, last.subtractingReportingOverflow(first).partialValue < Int64(limit) else {
            throw CommandFailure(
                .usage, "--each \(name)=\(text): the range must rise, and hold at most \(limit) values")
        }
        // 01..12 gives 01, 02, and so on.
        let width = lower.hasPrefix("0") && lower.count > 1 ? lower.count : 0
        return (first...last).map { number in
            let digits = String(number)
            return width == 0
                ? .int(number) : .string(String(repeating: "0", count: max(0, width - digits.count)) + digits)
        }
    }

    /// Calls with the params of each job, in order.
    func forEachCombination(_ body: (JSONObject) throws -> Void) rethrows {
        var indexes = [Int](repeating: 0, count: dimensions.count)
        while true {
            try body(
                JSONObject(zip(dimensions, indexes).map { (name: $0.name, value: $0.values[$1]) }))
            var place = dimensions.count - 1
            while place >= 0 {
                indexes[place] += 1
                if indexes[place] < dimensions[place].values.count { break }
                indexes[place] = 0
                place -= 1
            }
            if place < 0 { return }
        }
    }
}
