/// What is to be done: a job as it is described before the ledger knows it.
package struct JobDescription: Sendable, Equatable {
    /// For people; any text. Nil: the command's own name.
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
    /// `runfile` is a line for `/bin/sh -c`.
    package var shell: Bool
    /// Seconds after which it is ended.
    package var timeout: Double?
    /// What it needs of a cluster: `slots`, `memory` (bytes), `runtime` (s), `project`, `queue_options`.
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

    /// The name that is shown: the given one, else the last part of the program's path, else the line's first word.
    package var shownName: String {
        if let name { return name }
        let program = shell ? runfile.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? runfile : runfile
        return program.split(separator: "/").last.map(String.init) ?? program
    }
}
