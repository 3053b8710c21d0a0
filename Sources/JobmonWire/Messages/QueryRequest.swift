package import JobmonCore

/// The body of `POST /v1/query`: `{"sql":...}`, with optional limits below those of the monitor.
package struct QueryRequest: Sendable, Equatable {
    package var sql: String
    package var limits: QueryLimits

    package init(sql: String, limits: QueryLimits = QueryLimits()) {
        self.sql = sql
        self.limits = limits
    }

    package var json: JSON {
        ["sql": .string(sql), "rows": .number(limits.rows), "seconds": .double(limits.seconds)]
    }

    package init(_ json: JSON) throws(FieldError) {
        let fields = try JSONFields(json, named: "the body")
        let most = QueryLimits()
        sql = try fields.requiredString("sql")
        limits = QueryLimits(
            rows: min(most.rows, Int(try fields.int("rows", atLeast: 1) ?? Int64(most.rows))),
            seconds: min(most.seconds, try fields.amount("seconds") ?? most.seconds))
    }
}

extension QueryResult {
    /// The rows; each is an array in the order of `columns`.
    package var json: JSON {
        [
            "columns": .array(columns.map { .string($0) }), "rows": .array(rows.map { .array($0) }),
            "truncated": .bool(truncated),
        ]
    }

    package init(_ json: JSON) throws(FieldError) {
        let fields = try JSONFields(json, named: "result")
        var rows: [[JSON]] = []
        for (index, row) in try fields.objects("rows").enumerated() {
            guard case .array(let values) = row else {
                throw fields.failure("rows[\(index)]", "must be an array, not \(row.typeName)")
            }
            rows.append(values)
        }
        self.init(
            columns: try fields.strings("columns") ?? [], rows: rows,
            truncated: try fields.bool("truncated") ?? false)
    }
}
