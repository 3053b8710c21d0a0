/// The rows of a read-only SQL statement.
package struct QueryResult: Sendable, Equatable {
    package var columns: [String]
    package var rows: [[JSON]]
    /// There were more rows than returned.
    package var truncated: Bool

    package init(columns: [String], rows: [[JSON]], truncated: Bool) {
        self.columns = columns
        self.rows = rows
        self.truncated = truncated
    }
}
