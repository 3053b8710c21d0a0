package import JobmonCore

/// The details of a job for `jobmon show`.
package struct JobDetails {
    private let job: JobRecord
    private let now: Timestamp
    private let terminal: Terminal
    /// The option that suggested commands need for this directory.
    private let again: String
    private let times: ShownTime

    /// The maximum number of lines of an error's text; `errors --full` and `logs` show the rest.
    private static let errorLines = 30

    package init(job: JobRecord, now: Timestamp, terminal: Terminal, again: String) {
        self.job = job
        self.now = now
        self.terminal = terminal
        self.again = again
        times = ShownTime(on: terminal)
    }

    package var text: String {
        let name = Printable.line(job.description.shownName)
        var text = styled("job \(job.jid)  \(name)", .bold) + "  " + styled(job.shownStatus, job.status.style)
        let why = job.reason(in: times)
        text += why.isEmpty ? "\n" : "  \(Printable.line(why))\n"
        text += fields(description)
        for (index, instance) in job.instances.enumerated() {
            text += "\n" + attempt(instance, isLast: index == job.instances.count - 1)
        }
        let steps = nextSteps
        if !steps.isEmpty {
            let width = steps.map { DisplayWidth.of($0.command) }.max() ?? 0
            text += "\nnext:\n"
            for step in steps {
                let padding = String(repeating: " ", count: width - DisplayWidth.of(step.command))
                text += "  \(step.command)\(padding)   \(step.meaning)\n"
            }
        }
        return text
    }

    private var description: [(String, String)] {
        let described = job.description
        var fields: [(String, String)] = []
        let command =
            described.shell ? described.runfile : ShellWord.line([described.runfile] + described.args)
        if !described.runfile.isEmpty { fields.append(("command", command)) }
        if described.shell {
            let shell = described.resources[JobDescription.shellResource].map { ($0.plainText) }
            fields.append(("", "(a shell line, run by \(shell ?? "bash, or by sh if there is no bash"))"))
        }
        if !described.params.isEmpty { fields.append(("params", described.params.shown)) }
        if let cwd = described.cwd { fields.append(("directory", cwd)) }
        for (index, variable) in described.env.members.enumerated() {
            fields.append(
                (index == 0 ? "environment" : "", "\(variable.name)=\(ShellWord.quoted(variable.value.plainText))"))
        }
        if let timeout = described.timeout { fields.append(("time limit", Units.duration(timeout))) }
        let criteria = described.successCriteria
        for (name, texts) in [("expects", criteria.expected), ("fails on", criteria.failurePatterns)] {
            for (index, text) in texts.enumerated() { fields.append((index == 0 ? name : "", text)) }
        }
        if !resources.isEmpty { fields.append(("resources", resources)) }
        if let rules = RelaunchRules(ofJob: described.resources) {
            fields.append(("retry rules", rules.texts.joined(separator: " ")))
        }
        if let queue = job.queue { fields.append(("queue", queue)) }
        let needed = described.after.count
        if needed > 0 {
            let state = job.waits.map { ": \($0.words)" } ?? ""
            fields.append(("waits for", "\(Units.count(needed, "job"))\(state)"))
        }
        if let forgotten = job.forgotten { fields.append(("forgotten", times.text(forgotten))) }
        fields.append(("submitted", times.text(job.submittedDate)))
        fields.append(("attempts", "\(job.attempts) of \(described.maxAttempts) used"))
        return fields
    }

    private var resources: String {
        let shown = [
            JobDescription.shellResource, SuccessCriteria.members.expected, SuccessCriteria.members.failurePatterns,
            RelaunchRules.resource, JobDescription.afterMember,
        ]
        return job.description.resources.members.filter { !shown.contains($0.name) }.map { member in
            switch (member.name, member.value) {
            case ("memory", .int(let bytes)): "memory=\(Units.bytes(bytes))"
            case ("runtime", .int(let seconds)): "runtime=\(Units.duration(Double(seconds)))"
            case ("runtime", .double(let seconds)): "runtime=\(Units.duration(seconds))"
            default: "\(member.name)=\(member.value.plainText)"
            }
        }.joined(separator: " ")
    }

    // MARK: Attempts

    private func attempt(_ instance: InstanceRecord, isLast: Bool) -> String {
        var text = styled("attempt \(instance.retryNumber + 1)", .bold) + "  "
        text += styled(instance.shownStatus, instance.status.style)
        if instance.status == .failed {
            let ending = ErrorText.ending(cause: instance.cause, exitCode: instance.exitCode, signal: instance.signal)
            text += "  \(ending)"
        } else if let why = instance.reason(in: times) {
            text += "  \(Printable.line(why))"
        }
        text += instance.returnedAttempt ? "  (does not count as an attempt)\n" : "\n"
        text += fields(running(instance))
        if let error = instance.error, !error.isEmpty {
            text += "  error\n" + IndentedText.of(error, last: Self.errorLines)
        }
        return text
    }

    private func given(_ member: (name: String, value: JSON)) -> String {
        switch member.value {
        case .string(let text): text
        case .int(let bytes) where member.name == "memory": Units.bytes(bytes)
        default: member.value.text
        }
    }

    private func running(_ instance: InstanceRecord) -> [(String, String)] {
        var fields: [(String, String)] = []
        var place = instance.executor
        if let id = instance.executorID { place += " \(id)" }
        if let host = instance.host { place += ", on \(host)" }
        if let queue = instance.place?.queue { place += ", queue \(queue)" }
        if let process = instance.process { place += ", process \(process.pid)" }
        fields.append(("where", place))
        if let allocated = instance.place?.allocated, !allocated.isEmpty {
            fields.append(("allocated", allocated.members.map { "\($0.name) \(given($0))" }.joined(separator: ", ")))
        }
        let requested = Self.requested(instance.requested)
        if !requested.isEmpty { fields.append(("requested", requested)) }
        fields.append(("times", times(instance)))
        let used = usage(instance)
        if !used.isEmpty { fields.append(("used", used)) }
        if let path = instance.stdoutPath { fields.append(("stdout", path)) }
        if let path = instance.stderrPath { fields.append(("stderr", path)) }
        fields.append(("instance", String(instance.jobInstanceID)))
        if let relaunch = instance.relaunch { fields.append(("then", relaunch.words)) }
        return fields
    }

    private static func requested(_ requested: RequestedResources) -> String {
        var parts: [String] = []
        if let slots = requested.slots { parts.append(Units.count(slots, "slot")) }
        if let memory = requested.memory { parts.append("\(Units.bytes(memory)) of memory") }
        if let runtime = requested.runtime { parts.append("\(Units.duration(runtime)) of run time") }
        return parts.joined(separator: ", ")
    }

    private func times(_ instance: InstanceRecord) -> String {
        guard let started = instance.startedDate else {
            let ended = instance.finishedDate.map { ", ended \(times.text($0))" } ?? ", not started"
            return "submitted \(times.text(instance.submittedDate))\(ended)"
        }
        guard let finished = instance.finishedDate else { return "started \(times.text(started))" }
        return times.span(started, finished)
    }

    private func usage(_ instance: InstanceRecord) -> String {
        let used = instance.usage
        var parts: [String] = []
        if let seconds = instance.elapsed(now: now) {
            parts.append("\(Units.duration(seconds))\(instance.status == .running ? " so far" : "")")
        }
        if let cpu = used.cpu { parts.append("\(Units.duration(cpu)) of CPU time") }
        if let memory = used.memory {
            let isMore = used.memoryExcess(over: instance.requested.memory) != nil
            parts.append(
                "\(memory.bound?.words ?? "")\(Units.bytes(memory.bytes)) of memory\(isMore ? ", more than it asked for" : "")"
            )
        }
        if let read = used.ioRead { parts.append("\(Units.bytes(read)) read") }
        if let written = used.ioWritten { parts.append("\(Units.bytes(written)) written") }
        return parts.joined(separator: ", ")
    }

    // MARK: Suggested commands

    private var nextSteps: [(command: String, meaning: String)] {
        let logs = "jobmon logs \(job.jid)\(again)"
        let isCaptured = job.instances.last.map { $0.stdoutPath != nil || $0.stderrPath != nil } ?? false
        var steps: [(command: String, meaning: String)] = []
        if isCaptured { steps.append((logs, "all output of the last attempt")) }
        switch job.status {
        case .failed, .cancelled:
            if job.instances.contains(where: { ($0.error?.split(separator: "\n").count ?? 0) > Self.errorLines }) {
                steps.append(
                    (
                        "jobmon errors --full --name \(ShellWord.quoted(job.description.shownName))\(again)",
                        "the whole text of its errors"
                    ))
            }
            // Only a queue can start the job again.
            if let blocker = job.blockedBy {
                steps.append(("jobmon retry \(blocker)\(again)", "one more attempt at the job that it waits for"))
            } else if job.queue != nil {
                steps.append(("jobmon retry \(job.jid)\(again)", "one more attempt"))
            }
        case .running, .submitted, .unknown, .queued:
            if job.queue != nil, !job.cancelRequested {
                steps.append(("jobmon cancel \(job.jid)\(again)", "end it, or do not start it"))
            }
        case .complete: break
        }
        return steps
    }

    // MARK: Layout

    private func styled(_ text: String, _ style: Style) -> String {
        terminal.colours ? style.applied(to: text) : text
    }

    private func fields(_ fields: [(String, String)]) -> String {
        fields.map { name, value in
            "  \(name)\(String(repeating: " ", count: max(0, 11 - name.utf8.count)))  \(Printable.line(value))\n"
        }.joined()
    }
}
