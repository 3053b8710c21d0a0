package import JobmonCore

/// The output formats for the rows of a query.
package enum QueryOutput {
    /// Writes an array with one object per row; its names are the columns.
    package static func writeJSON(_ result: QueryResult, to output: Output) throws {
        var array = JSONArrayWriter(output)
        for row in result.rows {
            try array.append(.object(JSONObject(zip(result.columns, row).map { (name: $0, value: $1) })))
        }
        try array.finish()
    }

    /// Writes CSV according to RFC 4180: a header, CRLF, quotes where needed. NULL is an empty field; an empty string
    /// is quoted.
    package static func writeCSV(_ result: QueryResult, to output: Output) throws {
        var line: [UInt8] = []
        func write(_ fields: [String?]) throws {
            line.removeAll(keepingCapacity: true)
            for (index, field) in fields.enumerated() {
                if index > 0 { CSV.separate(&line) }
                if let field { CSV.append(field: field, to: &line) }
            }
            // A single NULL would be a blank line, which many readers skip.
            if line.isEmpty { CSV.append(field: "", to: &line) }
            CSV.end(&line)
            try output.write(bytes: line)
        }
        try write(result.columns)
        for row in result.rows {
            try write(
                row.map { value in
                    switch value {
                    case .null: nil
                    case .string(let text): text
                    default: value.text
                    }
                })
        }
    }

    package static func writeTable(_ result: QueryResult, to output: Output, terminal: Terminal) throws {
        let columns = result.columns.enumerated().map { index, name in
            TextTable.Column(
                Printable.line(name),
                isNumber: !result.rows.isEmpty && result.rows.allSatisfy { index < $0.count && isNumber($0[index]) })
        }
        let rows = result.rows.map { row in row.map { TextTable.Cell(Printable.line($0.plainText)) } }
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
}
