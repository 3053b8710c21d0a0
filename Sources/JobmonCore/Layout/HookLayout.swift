/// The names in the folder of the shell hook, `run/hook` of a monitor's directory.
package struct HookLayout: Sendable, Hashable {
    package let root: String

    package init(root: String) { self.root = root }

    /// The folder that is put in front of PATH: links with the names of the scheduler's commands.
    package var commands: String { "\(root)\(Self.commandsEnding)" }
    /// Runs a command under jobmon if jobmon is there, else the command alone.
    package var launcher: String { "\(root)/launch" }
    /// The same, as the interpreter of a script.
    package var interpreter: String { "\(root)/interpret" }
    /// The file that a non-interactive bash reads (`BASH_ENV`).
    package var environment: String { "\(root)\(Self.environmentEnding)" }
    /// The file that gives a login shell of bash the hook back (`PROMPT_COMMAND`), since its profile may have reset
    /// PATH.
    package var login: String { "\(root)\(Self.loginEnding)" }
    /// Links to the launcher that are named like commands, since a scheduler names a job after its command.
    package var launchers: String { "\(root)/commands" }
    /// Scripts that are being passed to the real command.
    package var scripts: String { "\(root)/scripts" }
    /// Links to an open file of the process that follows them. They are named like scripts, since a scheduler names a
    /// job after its script.
    package func scripts(_ descriptor: Int32) -> String { "\(scripts)/\(descriptor)" }

    /// A folder on PATH with this ending belongs to a hook of some monitor.
    package static let pathEnding = "/run/hook/bin"
    private static let commandsEnding = "/bin"
    private static let environmentEnding = "/env"
    private static let loginEnding = "/login"
    /// The same for the files that bash reads.
    package static let environmentPathEnding = "/run/hook\(environmentEnding)"
    package static let loginPathEnding = "/run/hook\(loginEnding)"
}
