import Glibc
import JobmonCore
import JobmonReporting
import JobmonSystem
import JobmonViews
import JobmonWire

/// One job: its record, why it stands where it does, and what it wrote.
extension ViewAnswers {
    func job(_ query: QueryString) async throws(Problem) -> JSON {
        guard let jid = try query.int("jid", atLeast: 1) else { throw Problem(.invalid, "\"jid\" is missing") }
        let job = try await ledger.job(jid)
        let isRun = job.queue.map { isLive($0) }
        let surroundings = try await ExplanationFacts(reading: ledger, job: job).surroundings(isQueueRun: isRun)
        let explanation = Explanation(
            job, surroundings, again: again, now: time.now(), time: { $0.description })
        var differences: [Concentration] = []
        do throws(Problem) {
            differences = try await JobComparison.of(job, in: ledger)?.differences() ?? []
        } catch {
            // The rest is worth as much without it.
        }
        return [
            "job": SecretMask.masked(job).json,
            "explanation": .object(shown(explanation, differences, frame: frame(job.instances.last?.error))),
            "command": .string(byHand(job)), "outputs": .array(outputs(job)),
            "continue": job.queue.flatMap { continuing($0, isRun: isRun ?? false) }.map { .string($0) } ?? .null,
        ]
    }

    private func shown(_ explanation: Explanation, _ differences: [Concentration], frame: Int?) -> JSONObject {
        func list(_ sentences: [String]) -> JSON { .array(sentences.map { .string(SecretMask.masked($0)) }) }
        var object = JSONObject()
        object.append("why", .string(SecretMask.masked(explanation.why)))
        object.append("certainty", .string(explanation.certainty.rawValue))
        object.append("evidence", list(explanation.evidence))
        object.append("differences", list(differences.map(\.sentence)))
        object.append("next", list(explanation.next))
        object.append("frame", frame.map { ["line": .int(Int64($0))] } ?? .null)
        return object
    }

    /// The command as a person would type it.
    private func byHand(_ job: JobRecord) -> String {
        let described = SecretMask.masked(job).description
        let command =
            described.shell
            ? "\(described.resources[JobDescription.shellResource]?.plainText ?? "bash") -c "
                + ShellWord.quoted(described.runfile)
            : ShellWord.line([described.runfile] + described.args)
        let variables = described.env.members.map { "\($0.name)=\($0.value.plainText)" }
        let environment = variables.isEmpty ? "" : "env \(ShellWord.line(variables)) "
        let directory = described.cwd.map { "cd \(ShellWord.quoted($0)) && " } ?? ""
        return directory + environment + command
    }

    /// How a queue that nobody runs is continued; nil: it is run now.
    func continuing(_ queue: String, isRun: Bool) -> String? {
        isRun ? nil : "jobmon run\(again) --queue \(ShellWord.quoted(queue))"
    }

    // MARK: - The user's own line of an error

    /// The place, among the lines of an error's text, of the innermost line that names a file of the user's; nil: there
    /// is none.
    private func frame(_ text: String?) -> Int? {
        guard let text, let frame = ErrorReading(text).frame, !frame.file.isEmpty else { return nil }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let exact = lines.lastIndex { $0.contains(frame.file) && $0.contains(frame.function) }
        return exact ?? lines.lastIndex { $0.contains(frame.file) }
    }

    // MARK: - Output

    /// Bytes of output in one answer.
    private static let outputBytes = 64 << 10

    private func outputs(_ job: JobRecord) -> [JSON] {
        job.instances.flatMap { instance in
            [("stdout", instance.stdoutPath), ("stderr", instance.stderrPath)].compactMap { stream, path in
                guard let path else { return nil }
                let size = Self.size(path)
                return [
                    "attempt": .int(Int64(instance.retryNumber + 1)), "stream": .string(stream),
                    "path": .string(path), "readable": .bool(size != nil), "size": size.map { .int($0) } ?? .null,
                ]
            }
        }
    }

    /// The bytes of a captured file; nil: it cannot be read here.
    private static func size(_ path: String) -> Int64? {
        guard let descriptor = opened(path) else { return nil }
        defer { close(descriptor) }
        var status = stat()
        return fstat(descriptor, &status) == 0 ? Int64(status.st_size) : nil
    }

    private static func opened(_ path: String) -> Int32? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    func output(_ query: QueryString) async throws(Problem) -> JSON {
        guard let jid = try query.int("jid", atLeast: 1) else { throw Problem(.invalid, "\"jid\" is missing") }
        guard let attempt = try query.int("attempt", atLeast: 1) else {
            throw Problem(.invalid, "\"attempt\" is missing")
        }
        let stream = try query.value("stream") ?? "stderr"
        guard stream == "stdout" || stream == "stderr" else {
            throw Problem(.invalid, "\"stream\" must be stdout or stderr")
        }
        let after = try query.int("after", atLeast: 0)
        let job = try await ledger.job(jid)
        guard let instance = job.instances.first(where: { $0.retryNumber + 1 == Int(attempt) }) else {
            throw Problem(.notFound, "job \(jid) has no attempt \(attempt)")
        }
        guard let path = stream == "stdout" ? instance.stdoutPath : instance.stderrPath else {
            // The file of a stream to which nothing was written is removed with the job's end.
            if instance.status.isFinal, instance.executor != "exec" {
                return ["text": "", "start": 0, "next": 0, "size": 0, "more": false]
            }
            throw Problem(.notFound, "\(stream) of job \(jid), attempt \(attempt) was not captured")
        }
        guard let descriptor = Self.opened(path) else {
            throw Problem(.notFound, "\(path) cannot be read on \(HostIdentity.host)")
        }
        defer { close(descriptor) }
        var status = stat()
        fstat(descriptor, &status)
        let size = Int64(status.st_size)
        let start = max(0, min(size, after ?? size - Int64(Self.outputBytes)))
        var bytes = [UInt8](repeating: 0, count: Int(min(Int64(Self.outputBytes), size - start)))
        let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, off_t(start)) }
        bytes.removeLast(bytes.count - max(0, count))
        let next = start + Int64(bytes.count)
        // Only whole characters: the rest comes with the next answer.
        let whole = next < size ? Self.whole(bytes) : bytes.count
        let (context, beginsInLine) = Self.lineBefore(start, in: descriptor)
        let text = SecretMask.masked(
            chunk: String(decoding: bytes[..<whole], as: UTF8.self), context: context, beginsInLine: beginsInLine,
            endsInLine: next < size && bytes.last != UInt8(ascii: "\n"))
        return [
            "text": .string(text), "start": .int(start), "next": .int(start + Int64(whole)),
            "size": .int(size), "more": .bool(start + Int64(whole) < size),
        ]
    }

    /// What stands before a place in its line, which may say that what follows is a secret.
    private static func lineBefore(_ start: Int64, in descriptor: Int32) -> (text: String, isCut: Bool) {
        let length = min(4096, start)
        guard length > 0 else { return ("", false) }
        var bytes = [UInt8](repeating: 0, count: Int(length))
        let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, off_t(start - length)) }
        guard count == bytes.count else { return ("", true) }
        let end = bytes.lastIndex(of: UInt8(ascii: "\n"))
        let line = bytes[(end.map { $0 + 1 } ?? 0)...]
        return (String(decoding: line, as: UTF8.self), end == nil && length < start)
    }

    /// The number of bytes without an unfinished character at the end.
    private static func whole(_ bytes: [UInt8]) -> Int {
        var index = bytes.count
        while index > 0, bytes.count - index < 4 {
            index -= 1
            if bytes[index] & 0xC0 != 0x80 {
                let length = bytes[index] >= 0xF0 ? 4 : bytes[index] >= 0xE0 ? 3 : bytes[index] >= 0xC0 ? 2 : 1
                return index + length <= bytes.count ? bytes.count : index
            }
        }
        return bytes.count
    }
}
