import JobmonCore
import JobmonViews
import JobmonWire

/// The mosaic: one cell for each job.
extension ViewAnswers {
    /// The answer to a question for cells: a JSON header with its length, then the cells.
    func mosaic(_ filter: JobFilter, _ query: QueryString) async throws(Problem) -> [UInt8] {
        let order = try order(query)
        let colour = try MosaicColour(parsing: try query.value("colour") ?? MosaicColour.status.rawValue)
        let since = try query.int("known", atLeast: 0)
        let params = filter.params.map(\.name) + order.params
        let known = pictures
        let question = MosaicPictures.Question(filter: filter, order: order, colour: colour)
        let answer = try await source.answer(params: params) { (snapshot, version) throws(Problem) -> [UInt8] in
            if let refusal = snapshot.refusal(order) { throw refusal }
            let places = known.places(question, snapshot, version: version) {
                snapshot.places(snapshot.selection(filter), order)
            }
            let mosaic = known.mosaic(question, places.rows, version: version) ?? snapshot.mosaic(places, colour)
            let patch = known.patch(question, mosaic, places.rows, since: since.map { Int($0) }, version: version)
            return Self.body(mosaic, places, order: order, colour: colour, patch, snapshot.sequence, version)
        }
        guard let answer else { throw Self.notReady }
        return answer
    }

    private static func body(
        _ mosaic: Mosaic, _ places: MosaicPlaces, order: MosaicOrder, colour: MosaicColour,
        _ patch: [(place: UInt32, value: UInt8)]?, _ sequence: Int64, _ version: Int
    ) -> [UInt8] {
        var header = JSONObject()
        header.append("version", .int(Int64(version)))
        header.append("sequence", .int(sequence))
        header.append("cells", .int(Int64(mosaic.cells.count)))
        header.append("order", .string(order.text))
        header.append("colour", .string(colour.rawValue))
        header.append("patch", .bool(patch != nil))
        header.append("changes", .int(Int64(patch?.count ?? 0)))
        header.append("legend", .array(mosaic.legend.map(\.json)))
        var (rows, columns) = (JSON.null, JSON.null)
        if let grid = places.grid, case .grid(let down, let across) = order {
            rows = ["param": .string(down), "values": .array(grid.rows.map { shown($0, of: down) })]
            columns = ["param": .string(across), "values": .array(grid.columns.map { shown($0, of: across) })]
        }
        header.append("rows", rows)
        header.append("columns", columns)
        header.append(
            "lanes",
            places.lanes.map { lanes in
                .array(lanes.map { ["label": label($0.label, order), "cells": .int(Int64($0.cells))] })
            } ?? .null)
        let text = JSON.object(header).bytes
        var bytes: [UInt8] = []
        bytes.reserveCapacity(4 + text.count + mosaic.cells.count)
        append(UInt32(text.count), to: &bytes)
        bytes += text
        if let patch {
            for change in patch { append(change.place, to: &bytes) }
            for change in patch { bytes.append(change.value) }
        } else {
            if let grid = places.grid { for count in grid.counts { append(count, to: &bytes) } }
            bytes += mosaic.cells
        }
        return bytes
    }

    /// A value of a param as everybody may see it.
    private static func shown(_ value: String, of name: String) -> JSON {
        SecretMask.masked(params: JSONObject([(name, .string(value))]))[name] ?? .null
    }

    private static func label(_ label: String, _ order: MosaicOrder) -> JSON {
        if case .param(let name) = order { shown(label, of: name) } else { .string(label) }
    }

    private static func append(_ number: UInt32, to bytes: inout [UInt8]) {
        for shift in stride(from: UInt32(0), to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    private func order(_ query: QueryString) throws(Problem) -> MosaicOrder {
        try MosaicOrder(try query.value("order") ?? "number")
    }

    /// The job at a place.
    func cell(_ filter: JobFilter, _ query: QueryString) async throws(Problem) -> JSON {
        let order = try order(query)
        guard let wanted = try query.int("at", atLeast: 0) else { throw Problem(.invalid, "\"at\" is missing") }
        let jid = try await atPlaces(filter, order) { rows, snapshot in
            wanted < rows.count ? snapshot.jid(Int(rows[Int(wanted)])) : nil
        }
        guard let jid else { throw Problem(.notFound, "there is no cell \(wanted)") }
        let group = try await source.answer { (snapshot, _) throws(Problem) in snapshot.group(of: jid) } ?? nil
        guard case .object(var row)? = try await rows(of: [jid], groups: [group]).first else {
            throw Problem(.notFound, "there is no job \(jid)")
        }
        row.append("position", .int(wanted))
        return .object(row)
    }

    /// Cells that a link can name at most, as ranges of numbers.
    private static let mostRanges = 200

    /// The jobs between two places, as a filter.
    func brush(_ filter: JobFilter, _ query: QueryString) async throws(Problem) -> JSON {
        let order = try order(query)
        guard let from = try query.int("from", atLeast: 0), let to = try query.int("to", atLeast: 0), from <= to else {
            throw Problem(.invalid, "\"from\" and \"to\" must be places, the first not after the second")
        }
        let numbers = try await atPlaces(filter, order) { rows, snapshot in
            guard from < rows.count else { return JobNumbers(ranges: []) }
            let jids: [Int64] = rows[Int(from)...Int(min(to, Int64(rows.count - 1)))].map { snapshot.jid(Int($0)) }
            return JobNumbers(jids)
        }
        guard !numbers.isEmpty else { throw Problem(.notFound, "there are no cells there") }
        guard numbers.ranges.count <= Self.mostRanges else {
            throw Problem(
                .invalid, "the selection has \(numbers.ranges.count) separate ranges of jobs, too many for a link",
                hint: "select fewer cells, or use the order by number, or filters")
        }
        var filter = QueryString()
        for range in numbers.ranges { filter.append("numbers", JobNumbers(ranges: [range]).text) }
        return ["jobs": .int(numbers.count), "filter": .string(String(filter.text.dropFirst()))]
    }

    /// Asks the snapshot about the jobs at their places.
    private func atPlaces<Value: Sendable>(
        _ filter: JobFilter, _ order: MosaicOrder,
        _ body: @Sendable (ContiguousArray<UInt32>, JobSnapshot) -> Value
    ) async throws(Problem) -> Value {
        let known = pictures
        let question = MosaicPictures.Question(filter: filter, order: order, colour: .status)
        let answer = try await source.answer(params: filter.params.map(\.name) + order.params) {
            (snapshot, version) throws(Problem) in
            if let refusal = snapshot.refusal(order) { throw refusal }
            let places = known.places(question, snapshot, version: version) {
                snapshot.places(snapshot.selection(filter), order)
            }
            return body(places.rows, snapshot)
        }
        guard let answer else { throw Self.notReady }
        return answer
    }
}

extension MosaicOrder {
    fileprivate var text: String {
        switch self {
        case .number: "number"
        case .end: "end"
        case .host: "host"
        case .param(let name): "param:\(name)"
        case .grid(let rows, let columns): "param:\(rows),param:\(columns)"
        }
    }
}

extension Mosaic.Entry {
    fileprivate var json: JSON {
        [
            "value": .int(Int64(value)), "label": .string(label), "kind": .string(kind.rawValue),
            "level": level.map { .int(Int64($0)) } ?? .null, "jobs": .int(Int64(jobs)),
        ]
    }
}
