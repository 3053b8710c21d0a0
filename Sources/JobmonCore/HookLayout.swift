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
}
