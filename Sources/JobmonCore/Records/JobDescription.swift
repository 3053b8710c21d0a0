/// What is to be done: a job as it is described before the ledger knows it.
package struct JobDescription: Sendable, Equatable {
    /// For people; any text. Nil: the name of the command's script or program.
    package var name: String?
    /// The program, or the whole line when `shell`.
    package var runfile: String
    /// Its arguments; none when `shell`.
    package var args: [String]
    /// Named parameters, to filter by. Values are JSON values, mostly strings.
    package var params: JSONObject
    /// The working directory, absolute; nil: the executor's.
    package var cwd: String?
    /// Variables that are added to the environment.
    package var env: JSONObject
    /// `runfile` is a line for a shell: `resources` says which (`shell`), else it is bash, or sh where there is no bash.
    package var shell: Bool
    /// Seconds after which it is ended.
    package var timeout: Double?
    /// What it needs: of a cluster `slots`, `memory` (bytes), `runtime` (s), `project`, `queue_options`; and `shell`, the
    /// path of the shell for its line. None of them is part of a job's key.
    package var resources: JSONObject
    /// How many attempts it may use; at least 1.
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

    /// The member of `resources` that names the shell.
    package static let shellResource = "shell"

    /// The name that is shown: the given one, else that of its script or program. It is no part of a job's key.
    package var shownName: String {
        if let name { return name }
        return shell ? CommandName.of(line: runfile) : CommandName.of([runfile] + args)
    }
}
