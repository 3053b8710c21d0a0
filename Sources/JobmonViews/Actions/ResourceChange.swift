package import JobmonCore
package import JobmonWire

/// New resource requests of jobs: values, or multiples of their previous values.
package struct ResourceChange: Sendable, Equatable {
    enum Amount: Sendable, Equatable {
        case value(Double)
        case factor(Double)
    }

    /// In bytes.
    private let memory: Amount?
    /// In seconds.
    private let runtime: Amount?

    package init() {
        memory = nil
        runtime = nil
    }

    /// - Throws: `.invalid` if a text is neither an amount nor a multiple.
    package init(memory: String?, runtime: String?) throws(Problem) {
        self.memory = try Self.amount(memory, "size", "--memory", "8G or a factor such as 1.5x") {
            Quantity.bytes($0).map { Double($0) }
        }
        self.runtime = try Self.amount(
            runtime, "duration", "--runtime", "90, 10m, 2h or 1d, or a factor such as 2x", Quantity.seconds)
    }

    private static func amount(
        _ text: String?, _ kind: String, _ option: String, _ hint: String, _ read: (String) -> Double?
    ) throws(Problem) -> Amount? {
        guard let text else { return nil }
        if text.hasSuffix("x"), let factor = Double(text.dropLast()), factor > 0, factor < 1000 {
            return .factor(factor)
        }
        guard let value = read(text) else {
            throw Problem(.invalid, "invalid \(kind) \"\(text)\" for \(option)", hint: "use \(hint)")
        }
        return .value(value)
    }

    /// Groups the jobs by their new requests.
    /// - Throws: `.contradiction` if a job has no previous value to multiply.
    package func groups(_ jids: [Int64], _ reading: any LedgerReading) async throws(Problem) -> [ActionRequest.Group] {
        guard memory != nil || runtime != nil else { return [ActionRequest.Group(JobNumbers(jids))] }
        var groups: [String: (jids: [Int64], resources: JSONObject)] = [:]
        for start in stride(from: 0, to: jids.count, by: Page.maximumLimit) {
            let part = Array(jids[start..<min(jids.count, start + Page.maximumLimit)])
            var found: [Int64: JSONObject] = [:]
            for job in try await reading.jobs(JobFilter(jids: part), page: Page(after: 0, limit: part.count)).items {
                found[job.jid] = job.description.resources
            }
            for jid in part {
                let resources = try changed(found[jid], of: jid)
                groups[JSON.object(resources).text, default: ([], resources)].jids.append(jid)
            }
        }
        return groups.values.map { ActionRequest.Group(JobNumbers($0.jids), resources: $0.resources) }
            .sorted { ($0.jobs.ranges.first?.lowerBound ?? 0) < ($1.jobs.ranges.first?.lowerBound ?? 0) }
    }

    /// - Parameter old: the job's previous requests; nil if there is no such job, which the action itself reports.
    private func changed(_ old: JSONObject?, of jid: Int64) throws(Problem) -> JSONObject {
        var changed = JSONObject()
        if let memory {
            let bytes = try value(memory, old, "memory", "--memory", of: jid).rounded(.up)
            guard bytes >= 1, bytes < Self.most else { throw Self.absurd("memory", jid) }
            changed.append("memory", .int(Int64(bytes)))
        }
        if let runtime {
            let seconds = try value(runtime, old, "runtime", "--runtime", of: jid)
            guard seconds > 0, seconds < Self.most else { throw Self.absurd("run time", jid) }
            changed.append("runtime", .double(seconds))
        }
        return changed
    }

    /// More than any machine has, in bytes or seconds.
    private static let most = 9e15

    private static func absurd(_ what: String, _ jid: Int64) -> Problem {
        Problem(.contradiction, "job \(jid) cannot request that much or little \(what): nothing was done")
    }

    private func value(
        _ amount: Amount, _ old: JSONObject?, _ name: String, _ option: String, of jid: Int64
    ) throws(Problem) -> Double {
        switch amount {
        case .value(let value): return value
        case .factor(let factor):
            let before: Double? =
                switch old?[name] {
                case .int(let value)?: Double(value)
                case .double(let value)?: value
                default: nil
                }
            guard let before else {
                if old == nil { return 1 }
                throw Problem(
                    .contradiction, "job \(jid) requests no \(name) that could be multiplied: nothing was done",
                    hint: "give an amount, such as \(option) \(name == "memory" ? "4G" : "2h")")
            }
            return before * factor
        }
    }
}
