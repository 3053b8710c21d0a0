/// A piece of work: a job as described before the ledger knows it.
package struct JobDescription: Sendable, Equatable {
    /// A name for people; any text. Nil: the name of the command's script or program.
    package var name: String?
    /// The program, or the whole line if `shell` is set.
    package var runfile: String
    /// The program's arguments; empty if `shell` is set.
    package var args: [String]
    /// Named parameters for filters. Values are JSON values, mostly strings.
    package var params: JSONObject
    /// The working directory, absolute; nil: the executor's directory.
    package var cwd: String?
    /// Variables that are added to the environment.
    package var env: JSONObject
    /// `runfile` is a shell line. `resources["shell"]` names the shell; the default is bash, or sh if there is no bash.
    package var shell: Bool
    /// The time limit in seconds; nil: no limit.
    package var timeout: Double?
    /// Requested resources: `slots`, `memory` (bytes), `gpus`; in a cluster also `runtime` (seconds), `project`,
    /// `queue_options`; `priority`; and `shell`, the path of the shell for its line. They are not part of a job's key.
    package var resources: JSONObject
    /// The maximum number of attempts; at least 1.
    package var maxAttempts: Int

    package init(
        name: String? = nil, runfile: String, args: [String] = [], params: JSONObject = [:], cwd: String? = nil,
        env: JSONObject = [:], shell: Bool = false, timeout: Double? = nil, resources: JSONObject = [:],
        maxAttempts: Int = 1
    ) {
        self.name = name
        self.runfile = runfile
        self.args = args
        self.params = params
        self.cwd = cwd
        self.env = env
        self.shell = shell
        self.timeout = timeout
        self.resources = resources
        self.maxAttempts = maxAttempts
    }

    /// The member of the `resources` of an attempt that names the hosts it must not run on, an array of texts.
    package static let avoidedHosts = "avoided_hosts"
    /// The member of `resources` with the priority, an integer: a job with a higher one starts first. It is 0 if absent.
    package static let priorityMember = "priority"
    /// The member of `resources` that names the shell.
    package static let shellResource = "shell"

    /// Its priority, within what 32 bits hold.
    package var priority: Int32 {
        guard case .int(let priority)? = resources[Self.priorityMember] else { return 0 }
        return Int32(clamping: priority)
    }

    /// The name that is shown: the given name, else the name of the script or program. It is not part of a job's key.
    package var shownName: String {
        if let name { return name }
        return shell ? CommandName.of(line: runfile) : CommandName.of([runfile] + args)
    }
}

extension JobDescription {
    /// Takes over what another description says of how the job runs: command, directory, environment, limits and resources.
    /// The name and the params stay, since people find the job by them.
    /// - Returns: whether anything changed.
    package mutating func takeExecution(of other: JobDescription) -> Bool {
        let old = self
        runfile = other.runfile
        args = other.args
        cwd = other.cwd
        env = other.env
        shell = other.shell
        timeout = other.timeout
        resources = other.resources
        return self != old
    }
}
