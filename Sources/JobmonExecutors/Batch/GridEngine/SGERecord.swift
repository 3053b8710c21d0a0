import JobmonCore

/// A record of Grid Engine's accounting: its fields by the names that `qacct` prints. `qacct` of Open Cluster Scheduler 9
/// writes numbers without units, other dates, and some further fields; its file `accounting.jsonl` has the same fields, most
/// by the same names.
struct SGERecord: Sendable {
    private var fields: [Substring: String] = [:]

    /// The value of a field as it is written; nil: the record does not have it.
    subscript(_ name: String) -> String? {
        get { fields[name[...]] }
        set { fields[name[...]] = newValue }
    }

    init(_ fields: [Substring: String] = [:]) { self.fields = fields }

    /// The records in an output: that of `qacct -j`, or lines of `accounting.jsonl`; nil: a line of those is not JSON.
    static func all(_ output: String) -> [SGERecord]? {
        output.utf8.first == UInt8(ascii: "{") ? lines(output) : blocks(output)
    }

    private static func blocks(_ output: String) -> [SGERecord] {
        var records: [SGERecord] = []
        var record = SGERecord()
        for line in output.split(separator: "\n") {
            if line.hasPrefix("====") {
                if !record.fields.isEmpty { records.append(record) }
                record = SGERecord()
            } else if let blank = line.firstIndex(where: \.isWhitespace) {
                record.fields[line[..<blank]] = line[blank...].trimmed
            }
        }
        if !record.fields.isEmpty { records.append(record) }
        return records
    }

    // MARK: JSON lines

    private static func lines(_ output: String) -> [SGERecord]? {
        var lines = output.split(separator: "\n", omittingEmptySubsequences: false)
        // One that is being written is whole at the next look.
        lines.removeLast()
        var records: [SGERecord] = []
        for line in lines where !line.isEmpty {
            guard case .object(let object)? = try? JSON(parsing: String(line)) else { return nil }
            records.append(SGERecord(object))
        }
        return records
    }

    /// Names of `accounting.jsonl` for which `qacct` has others.
    private static let names = ["job_number": "jobnumber", "job_name": "jobname", "task_number": "taskid"]

    private init(_ object: JSONObject) {
        for member in object.members {
            fields[(Self.names[member.name] ?? member.name)[...]] = Self.text(member.value)
        }
        if case .object(let usage)? = object["usage"] {
            // The second one is called `usage` until 9.0.5, and `eusage` since.
            for group in ["rusage", "usage", "eusage"] {
                guard case .object(let values)? = usage[group] else { continue }
                for value in values.members { fields[value.name[...]] = Self.text(value.value) }
            }
        }
        if self["taskid"] == "0" { self["taskid"] = "undefined" }
        if self["start_time"] == "0" { self["start_time"] = "-/-" }
        if let failed = self["failed"], let meaning = Self.failures[failed] {
            self["failed"] = "\(failed) : \(meaning)"
        }
    }

    private static func text(_ value: JSON) -> String? {
        switch value {
        case .string(let text): text
        case .int(let number): "\(number)"
        case .double(let number): "\(number)"
        case .bool(let isSet): "\(isSet)"
        case .null, .array, .object: nil
        }
    }

    /// What `qacct` writes for the numbers in `failed`.
    private static let failures = [
        "1": "assumedly before job", "4": "before prolog", "7": "before prolog", "8": "in prolog", "10": "in pestart",
        "15": "in epilog", "18": "before writing config", "19": "before writing exit_status",
        "21": "in recognizing job",
        "24": "migrating", "25": "rescheduling", "26": "opening input/output file", "27": "searching requested shell",
        "28": "changing into working directory", "30": "rescheduling on application error",
        "37": "qmaster enforced h_rt, h_cpu, or h_vmem limit", "100": "assumedly after job",
    ]
}
