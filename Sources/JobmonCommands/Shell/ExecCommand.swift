package import ArgumentParser
import JobmonWrapper

/// The help of `jobmon exec`, from the texts that `jobmon exec --help` prints. The command itself is run by `main`
/// before any of this is looked at, since it must start in a few milliseconds; it reads its own arguments.
package struct ExecCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "exec", abstract: ExecHelp.abstract, usage: ExecHelp.usage, discussion: ExecHelp.discussion)

    @Option(
        name: [.customShort("d"), .customLong("dir")],
        help: ArgumentHelp(ExecHelp.directory.text, valueName: "dir"), completion: .directory)
    package var directory: String?

    @Option(help: ArgumentHelp(ExecHelp.name.text, valueName: "name"))
    package var name: String?

    @Option(help: ArgumentHelp(ExecHelp.param.text, valueName: "name=value"))
    package var param: [String] = []

    @Option(help: ArgumentHelp(ExecHelp.timeout.text, valueName: "time"))
    package var timeout: String?

    @Option(help: ArgumentHelp(ExecHelp.expect.text, valueName: "path"), completion: .file())
    package var expect: [String] = []

    @Option(help: ArgumentHelp(ExecHelp.failOn.text, valueName: "regex"))
    package var failOn: [String] = []

    @Flag(help: ArgumentHelp(ExecHelp.preserveStatus.text))
    package var preserveStatus = false

    @Option(help: ArgumentHelp(ExecHelp.instance.text, valueName: "key"))
    package var instance: String?

    @Argument(parsing: .postTerminator, help: "Command to run, and its arguments, after --.")
    package var command: [String] = []

    package init() {}

    /// Reached only if `exec` is not the first word, so that the fast path does not see it.
    package func run() throws {
        throw ValidationError("`exec` must be the first word: jobmon exec [options] -- command ...")
    }
}
