/// Where things lie in the folder of the shell hook, `run/hook` of a monitor's directory.
package struct HookLayout: Sendable, Hashable {
    package let root: String

    package init(root: String) { self.root = root }

    /// What is put in front of PATH: links with the names of the scheduler's commands.
    package var commands: String { "\(root)\(Self.commandsEnding)" }
    /// Runs a command under jobmon where that is there, and just runs it where it is not.
    package var launcher: String { "\(root)/launch" }
    /// The same as a script's interpreter.
    package var interpreter: String { "\(root)/interpret" }
    /// What a bash reads that is no terminal's (`BASH_ENV`).
    package var environment: String { "\(root)\(Self.environmentEnding)" }
    /// What gives a login shell of bash the hook back (`PROMPT_COMMAND`): its profile may have set PATH anew.
    package var login: String { "\(root)\(Self.loginEnding)" }
    /// Links to the launcher that are named like commands, since a scheduler names a job after its command.
    package var launchers: String { "\(root)/commands" }
    /// Scripts on their way to the real command.
    package var scripts: String { "\(root)/scripts" }
    /// Links to an open file of whoever follows them, named like scripts, since a scheduler names a job after its
    /// script.
    package func scripts(_ descriptor: Int32) -> String { "\(scripts)/\(descriptor)" }

    /// Folders on PATH that end like this are some hook's, whosever it is.
    package static let pathEnding = "/run/hook/bin"
    private static let commandsEnding = "/bin"
    private static let environmentEnding = "/env"
    private static let loginEnding = "/login"
    /// The same of the files that bash reads.
    package static let environmentPathEnding = "/run/hook\(environmentEnding)"
    package static let loginPathEnding = "/run/hook\(loginEnding)"
}
