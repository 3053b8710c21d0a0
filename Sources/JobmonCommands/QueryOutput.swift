package import JobmonCore

/// The forms in which the rows of a query are written.
package enum QueryOutput {
    /// An array with an object per row, whose names are the columns'.
    package static func writeJSON(_ result: QueryResult, to output: Output) throws {
        var array = JSONArrayWriter(output)
        for row in result.rows {
            try array.append(.object(JSONObject(zip(result.columns, row).map { (name: $0, value: $1) })))
        }
        try array.finish()
    }

    /// CSV as RFC 4180 has it: a header, CRLF, quotes where they are needed. Nothing at all is NULL; the empty string is
    /// in quotes.
    package static func writeCSV(_ result: QueryResult, to output: Output) throws {
        try output.write(result.columns.map(field).joined(separator: ",") + "\r\n")
        for row in result.rows {
            let fields = row.map { value in
                switch value {
                case .null: ""
                case .string(let text): field(text)
                default: field(value.text)
                }
            }
            // A single NULL would be a blank line, which many readers leave out.
            let line = fields == [""] ? "\"\"" : fields.joined(separator: ",")
            try output.write(line + "\r\n")
        }
    }

    package static func writeTable(_ result: QueryResult, to output: Output, terminal: Terminal) throws {
        let columns = result.columns.enumerated().map { index, name in
            TextTable.Column(
                Printable.line(name),
                isNumber: !result.rows.isEmpty && result.rows.allSatisfy { index < $0.count && isNumber($0[index]) })
        }
        let rows = result.rows.map { row in row.map { TextTable.Cell(Printable.line($0.shown)) } }
        var table = TextTable(columns, terminal: terminal)
        try output.write(table.header(for: rows))
        try output.write(table.lines(rows))
    }

    private static func isNumber(_ value: JSON) -> Bool {
        switch value {
        case .int, .double, .null: true
        default: false
        }
    }

    private static func field(_ text: String) -> String {
        let needsQuotes = text.isEmpty || text.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
        return needsQuotes ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
    }
}
