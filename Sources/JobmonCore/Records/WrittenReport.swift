/// A report file that was written.
package struct WrittenReport: Sendable, Equatable {
    package var path: String
    package var rows: Int

    package init(path: String, rows: Int) {
        self.path = path
        self.rows = rows
    }
}
