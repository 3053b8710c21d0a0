import JobmonCore

/// Which group errors belong to. Groups that were used lately are kept, so that most errors cost no look into the file.
/// After a rollback, and after groups were merged, it must be emptied.
struct GroupBook {
    private var numbers: [String: Int64] = [:]
    private static let limit = 10_000

    /// The number of a signature's group, which is made if there is none.
    mutating func number(of signature: ErrorSignature, _ recorder: Recorder) throws(SQLiteFailure) -> Int64 {
        if let known = numbers[signature.key] { return known }
        let number: Int64
        if let found = try recorder.statements.findGroup.put(signature.key).first({ $0.int() }) {
            number = found
        } else {
            try recorder.statements.insertGroup.put(signature.key).put(signature.title).put(signature.rule).run()
            number = recorder.connection.lastInsertedRow
        }
        if numbers.count >= Self.limit { numbers = [:] }
        numbers[signature.key] = number
        return number
    }

    mutating func empty() { numbers = [:] }
}
