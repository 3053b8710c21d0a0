/// The parameters of a family of statements, by name: a case for each, in the order of their raw values from 0.
protocol StatementParameter: CaseIterable, RawRepresentable<Int> {}

extension StatementParameter {
    /// Its name in SQL: `jobStatus` is `job_status`.
    var name: String {
        var name = ""
        for character in "\(self)" {
            if character.isUppercase {
                name += "_\(character.lowercased())"
            } else {
                name.append(character)
            }
        }
        return name
    }
}

extension Sequence where Element: StatementParameter {
    /// `a, b`: as columns are listed.
    var columns: String { map(\.name).joined(separator: ", ") }
    /// `:a, :b`: as their values are listed.
    var values: String { map { ":\($0.name)" }.joined(separator: ", ") }
    /// `a = :a, b = :b`: as they are set.
    var assignments: String { map { "\($0.name) = :\($0.name)" }.joined(separator: ", ") }
}

/// A statement whose values are put in by name. It runs only once each of its parameters has got one, and takes none that
/// it has no parameter for.
final class NamedStatement<Parameter: StatementParameter> {
    private let statement: Statement
    /// By the raw value of a parameter its number in the statement; 0: it has none of that name.
    private let indexes: [Int32]
    private let wanted: UInt64
    private var filled: UInt64 = 0
    private var surplus: Parameter?

    /// - Throws: for text that is no statement, and for a parameter that is no case of `Parameter`.
    init(_ connection: Connection, _ sql: String) throws(SQLiteFailure) {
        let statement = try Statement(connection, sql)
        let all = Array(Parameter.allCases)
        var indexes = [Int32](repeating: 0, count: all.count)
        var wanted: UInt64 = 0
        for (place, parameter) in all.enumerated() {
            indexes[place] = statement.index(of: ":\(parameter.name)") ?? 0
            if indexes[place] > 0 { wanted |= 1 << UInt64(place) }
        }
        let names = statement.names
        guard names.count == wanted.nonzeroBitCount else {
            let known = Set(all.map { ":\($0.name)" })
            let strange = names.filter { name in name.map { !known.contains($0) } ?? true }.map { $0 ?? "?" }
            throw .misuse("parameters that nothing is put into, \(strange), in: \(sql)")
        }
        self.statement = statement
        self.indexes = indexes
        self.wanted = wanted
    }

    /// Puts in the value of a parameter.
    @discardableResult func put(_ parameter: Parameter, _ value: some SQLiteValue) -> Self {
        let index = indexes[parameter.rawValue]
        guard index > 0 else {
            surplus = surplus ?? parameter
            return self
        }
        filled |= 1 << UInt64(parameter.rawValue)
        statement.bind(value, at: index)
        return self
    }

    /// Runs it to its end, and makes it ready for the next time.
    /// - Throws: also when a value is missing, or is one too many.
    func run() throws(SQLiteFailure) {
        defer {
            filled = 0
            surplus = nil
        }
        guard filled == wanted, surplus == nil else {
            let missing = Parameter.allCases.filter { (wanted & ~filled) & (1 << UInt64($0.rawValue)) != 0 }
            statement.reset()
            let problem = surplus.map { "it has no parameter \($0.name)" } ?? "no value for \(missing.map(\.name))"
            throw .misuse("a statement about \(Parameter.self): \(problem)")
        }
        statement.isFilled()
        try statement.run()
    }
}
