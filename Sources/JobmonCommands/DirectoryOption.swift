package import ArgumentParser
package import Jobmon
package import JobmonCore
import JobmonReporting

/// `-d/--dir`: which monitor's directory a command is about.
package struct DirectoryOption: ParsableArguments {
    @Option(
        name: [.customShort("d"), .customLong("dir")],
        help: ArgumentHelp(
            "The monitor's directory; else $JOBMON_DIR, else the current directory.", valueName: "dir"),
        completion: .directory)
    package var given: String?

    package init() {}

    /// The directory as it was named, by the option or by the environment; nil: the current one is meant.
    package var named: String? {
        if let given { return given }
        guard let variable = Terminal.environment("JOBMON_DIR"), !variable.isEmpty else { return nil }
        return variable
    }

    /// Where things lie in the directory that is meant. The directory need not be there.
    package func layout() throws -> DirectoryLayout { try Self.layout(of: named ?? ".") }

    /// The layout of a path: absolute, and without links where it is there, so that one directory has one name.
    package static func layout(of path: String) throws -> DirectoryLayout {
        guard !path.isEmpty else {
            throw CommandFailure(.usage, "the directory's name is empty", hint: "give it by -d, or leave -d out")
        }
        return try DirectoryLayout(of: path)
    }

    /// Opens the directory for the time of `body`: through its monitor, or the file itself. What somebody should know
    /// about how it reads is said on stderr.
    package func open(_ body: (DirectoryAccess) async throws -> Void) async throws {
        let access = try await Self.access(to: try layout())
        if let remark = access.remark { Messages.say("jobmon: \(remark)") }
        if let line = Self.note(spooled: access.spooled) { Messages.say(line) }
        try await body(access)
    }

    private static func access(to layout: DirectoryLayout) async throws -> DirectoryAccess {
        if !layout.isDirectoryOfMonitor {
            // `exec` keeps facts for a monitor that was never started.
            let waiting = SpoolReader(layout: layout).count()
            if waiting > 0 {
                throw CommandFailure(
                    .ledger, "\(layout.root) has no ledger yet; in its spool: \(Units.count(waiting, "fact"))",
                    hint: "take them in with: jobmon monitor \(ShellWord.quoted(layout.root))")
            }
        }
        do throws(Problem) {
            return try await DirectoryAccess.open(layout)
        } catch {
            // Whatever it is: the directory can't be used.
            throw CommandFailure(.ledger, error)
        }
    }

    /// What is said of facts that the file does not have yet; nil when it has them all.
    package static func note(spooled: Int) -> String? {
        switch spooled {
        case ...0: nil
        case 1: "1 fact in the spool is not in these numbers yet; it is taken in when a monitor starts"
        default: "\(spooled) facts in the spool are not in these numbers yet; they are taken in when a monitor starts"
        }
    }

    /// What a command that is suggested must say to mean the same directory: ` -d DIR`, or nothing.
    package var again: String {
        guard let given else { return "" }
        return " -d \(ShellWord.quoted(given))"
    }
}
