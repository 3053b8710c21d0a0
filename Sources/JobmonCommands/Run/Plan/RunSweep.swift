import JobmonCore

/// Named params and their values (`--each`). Every combination is a job; the first param varies slowest.
struct RunSweep: Equatable {
    /// The maximum number of jobs; more are probably a mistake.
    static let limit = 5_000_000

    struct Dimension: Equatable {
        var name: String
        var values: [JSON]

        /// Whether its values count from 0 or 1. If nothing uses such a param, it only sets how many times a command is
        /// run.
        var isCount: Bool {
            guard values.count > 1, case .int(let first)? = values.first, first == 0 || first == 1 else { return false }
            return values.indices.allSatisfy { values[$0] == .int(first + Int64($0)) }
        }
    }

    var dimensions: [Dimension]

    /// Reads `name=1990..2020`, `name=a,b,c`, `name=1,3,5..7` and `name=@file` (one value per line).
    /// - Throws: `CommandFailure` with the invalid text and what was expected.
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
                throw CommandFailure(.usage, "the combinations of --each are more than \(Self.limit) jobs")
            }
            jobs = product
            dimensions.append(Dimension(name: name, values: values))
        }
    }

    /// Checks that a param's name can be used in a template. - Throws: `CommandFailure`.
    static func check(name: String, where place: String) throws {
        if name.isEmpty || name.contains(where: { "{}= ".contains($0) || $0.isNewline }) {
            throw CommandFailure(.usage, "\(place): \"\(name)\" can't be the name of a param")
        }
        if name == "jid" || name == "attempt" {
            throw CommandFailure(.usage, "\(place): a param can't be named \"\(name)\": that name is reserved")
        }
    }

    /// Reads the text after the `=`: a file of values, or values and ranges separated by commas.
    private static func values(
        _ text: String, of name: String, _ readFile: (String) throws -> String
    ) throws -> [JSON] {
        if text.hasPrefix("@") {
            return try readFile(String(text.dropFirst())).split(whereSeparator: \.endsLine).map { .string(String($0)) }
        }
        if text.isEmpty { return [] }
        let items = text.split(separator: ",", omittingEmptySubsequences: false)
        func range(_ item: String) throws -> [JSON]? {
            do throws(RunRange.Failure) {
                return try RunRange(item, limit: limit)?.values
            } catch {
                let place = items.count == 1 ? "" : "\(item): "
                throw CommandFailure(.usage, "--each \(name)=\(text): \(place)\(error.message)", hint: error.hint)
            }
        }
        if items.count == 1, let numbers = try range(text.filter { $0 != " " }) { return numbers }
        // All values of a list are texts, so that equal values are equal however they are written.
        var values: [JSON] = []
        for item in items {
            let numbers = item.contains("..") ? try range(item.filter { $0 != " " }) : nil
            values += numbers?.map { .string(RunJobObject.text($0)) } ?? [.string(String(item))]
            guard values.count <= limit else {
                throw CommandFailure(.usage, "--each \(name) has more than \(limit) values")
            }
        }
        return values
    }

    /// Remarks for the user on params with only one value, which is probably a mistake.
    /// - Parameter isFile: whether there is a file with this name.
    func remarks(isFile: (String) -> Bool) -> [String] {
        dimensions.compactMap { dimension in
            guard dimension.values.count == 1, case .string(let value) = dimension.values[0] else { return nil }
            let has = "--each \(dimension.name) has the single value \"\(value)\""
            if ["txt", "csv", "tsv", "lst", "list", "dat"].contains(where: { value.hasSuffix(".\($0)") }), isFile(value)
            {
                return "\(has); to use each line of that file as a value, write \(dimension.name)=@\(value)"
            }
            let ends = value.split(omittingEmptySubsequences: false) { "-:\u{2013}\u{2026}~".contains($0) }
            guard ends.count == 2, let first = Int(ends[0]), let last = Int(ends[1]), first < last else { return nil }
            return "\(has); for a range, write \(dimension.name)=\(first)..\(last)"
        }
    }

    /// Calls `body` with the params of each job, in order.
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
