import Hummingbird
import JobmonCore
import JobmonWire

/// Reading jobs, instances, errors and their numbers.
extension Responder {
    func summary(_ query: QueryString) async throws -> Response {
        try query.allow("queue")
        return answer(try await connection.summary(queue: try query.value("queue")).json)
    }

    func jobs(_ query: QueryString) async throws -> Response {
        try query.allow(JobFilter.queryNames + ["after", "limit"])
        let page = try await connection.jobs(try JobFilter(query), page: try Page(query))
        return answer(page.text("jobs", \.json))
    }

    func numbers(_ query: QueryString) async throws -> Response {
        try query.allow(JobFilter.queryNames)
        let jids = try await connection.numbers(try JobFilter(query))
        return answer(["count": .int(Int64(jids.count)), "jids": JobNumbers(jids).json])
    }

    func job(_ jid: Int64) async throws -> Response { answer(try await connection.job(jid).json) }

    func instance(_ id: Int64) async throws -> Response { answer(try await connection.instance(id).json) }

    func instances(_ query: QueryString) async throws -> Response {
        try query.allow("key")
        guard let key = try query.value("key") else {
            throw Problem(.invalid, "\"key\" is missing", hint: "ask for one instance by its key, or for jobs")
        }
        let found = try await connection.instance(key: key)
        return answer(Paged(items: found.map { [$0] } ?? [], next: nil).text("instances", \.json))
    }

    func errors(_ query: QueryString) async throws -> Response {
        try query.allow(JobFilter.queryNames + ["after", "limit"])
        let page = try await connection.errors(try JobFilter(query), page: try Page(query))
        return answer(page.text("errors", \.json))
    }
}
