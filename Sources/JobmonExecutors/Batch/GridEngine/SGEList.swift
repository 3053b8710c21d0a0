import CExpat
import JobmonCore

/// `qstat -xml`.
enum SGEList {
    static func read(_ result: CommandResult) throws(ExecutorError) -> [ListedTask] {
        guard result.status == 0 else {
            let sentence = SchedulerText.sentence(result.text, dropping: SGECommands.prefixes)
            throw .unreachable(sentence.isEmpty ? "qstat failed with exit code \(result.status)" : sentence)
        }
        guard let rows = rows(result.output) else { throw .unreachable("qstat gave no complete list") }
        return rows.compactMap { row in
            guard let job = row["JB_job_number"], let name = row["JB_name"] else { return nil }
            let state = row["state"] ?? ""
            let standing: ListedTask.Standing =
                state.contains("E") ? .broken : state.contains("w") || state.contains("q") ? .waiting : .running
            return ListedTask(job: job, numbers: numbers(row["tasks"] ?? ""), standing: standing, mark: name)
        }
    }

    /// Task numbers as they stand in a list: `3`, `1,4`, `3-6:1`. (The wrapper's arrays go by ones; of others a range
    /// that is too wide does no harm.)
    static func numbers(_ text: String) -> [ClosedRange<Int>] {
        text.split(separator: ",").compactMap { part in
            let ends = part.prefix { $0 != ":" }.split(separator: "-").compactMap { Int($0) }
            guard let first = ends.first, let last = ends.last, first <= last else { return nil }
            return first...last
        }
    }

    /// The members of each `job_list`; nil when the text is no whole document of that kind.
    private static func rows(_ text: String) -> [[String: String]]? {
        guard let parser = XML_ParserCreate(nil) else { return nil }
        defer { XML_ParserFree(parser) }
        let rows = Rows()
        return withExtendedLifetime(rows) {
            XML_SetUserData(parser, Unmanaged.passUnretained(rows).toOpaque())
            XML_SetElementHandler(
                parser,
                { user, name, _ in
                    guard let user, let name else { return }
                    Unmanaged<Rows>.fromOpaque(user).takeUnretainedValue().open(String(cString: name))
                },
                { user, name in
                    guard let user, let name else { return }
                    Unmanaged<Rows>.fromOpaque(user).takeUnretainedValue().close(String(cString: name))
                })
            XML_SetCharacterDataHandler(parser) { user, bytes, count in
                guard let user, let bytes else { return }
                let text = UnsafeBufferPointer(start: bytes, count: Int(count)).map { UInt8(bitPattern: $0) }
                Unmanaged<Rows>.fromOpaque(user).takeUnretainedValue().text += text
            }
            var bytes = Array(text.utf8)
            let status = bytes.withUnsafeMutableBytes { buffer in
                buffer.withMemoryRebound(to: CChar.self) { XML_Parse(parser, $0.baseAddress, Int32($0.count), 1) }
            }
            return status == XML_STATUS_OK && rows.isList ? rows.all : nil
        }
    }

    private final class Rows {
        var all: [[String: String]] = []
        var isList = false
        var text: [UInt8] = []
        private var row: [String: String]?

        func open(_ name: String) {
            if name == "job_info" { isList = true }
            if name == "job_list" { row = [:] }
            text.removeAll(keepingCapacity: true)
        }

        func close(_ name: String) {
            if name == "job_list" {
                if let row { all.append(row) }
                row = nil
            } else if row != nil {
                row?[name] = String(decoding: text, as: UTF8.self)
            }
            text.removeAll(keepingCapacity: true)
        }
    }
}
