import JobmonCore
import JobmonProcesses

extension Command {
    /// The command of a queue's instance: stdin at its end, output into its files, in its directory, with its variables
    /// and ours.
    /// - Parameters:
    ///   - share: what it has of this host; nil: a cluster's scheduler gave it that.
    ///   - null: a descriptor of `/dev/null`.
    init(_ order: InstanceOrder, with share: RoomShare? = nil, in layout: DirectoryLayout, null: Int32) {
        let job = order.description
        var arguments = PackedTexts()
        if job.shell {
            arguments = LineShell.arguments(order, in: layout)
        } else {
            arguments.append(job.runfile)
            for argument in job.args { arguments.append(argument) }
        }
        self.init(arguments)
        // Before those of the job, which count.
        if let share { for variable in ShareVariables.of(share, job) { additions.append(variable) } }
        for member in job.env.members {
            if case .string(let value) = member.value { additions.append("\(member.name)=\(value)") }
        }
        additions.append("JOBMON_DIR=\(layout.root)")
        additions.append("JOBMON_INSTANCE=\(order.instanceKey)")
        additions.append("JOBMON_JID=\(order.jid)")
        directory = job.cwd
        stdin = .descriptor(null)
        stdout = order.stdoutPath.map { .file($0) } ?? .descriptor(null)
        stderr = order.stderrPath.map { .file($0) } ?? .tail
        timeLimit = job.timeout
        instance = order.instanceKey
    }
}
