package import ArgumentParser
package import Jobmon
package import JobmonCore
import JobmonReporting

/// `-d/--dir`: which monitor's directory a command is about.
package struct DirectoryOption: ParsableArguments {
    @Option(
        name: [.customShort("d"), .customLong("dir")],
        help: ArgumentHelp(
            "Directory with the ledger. Default: $JOBMON_DIR; else the current directory if it holds a ledger; else "
                + "the nearest .jobmon, here or in a parent directory.", valueName: "dir"),
        completion: .directory)
    package var given: String?

    package init() {}

    /// The directory as it was named, by the option or by the environment; nil: it is looked for.
    package var named: String? {
        if let given { return given }
        guard let variable = Terminal.environment("JOBMON_DIR"), !variable.isEmpty else { return nil }
        return variable
    }

    /// Where things lie in the directory that is meant: the named one, else the one that `DirectorySearch` finds. The
    /// directory need not be there.
    /// - Parameter making: make `./.jobmon` where none is named and none is found.
    /// - Throws: `CommandFailure` where no directory is named, found or to be made.
    package func layout(making: Bool = false) throws -> DirectoryLayout {
        if let named { return try Self.layout(of: named) }
        let here = try Self.layout(of: ".").root
        let search: DirectorySearch
        do throws(Problem) { search = try DirectorySearch(from: here) } catch { throw CommandFailure(.ledger, error) }
        for sentence in search.passedOver { Messages.say("jobmon: \(Printable.line(sentence))") }
        if let found = search.found { return try Self.layout(of: found) }
        guard making else {
            throw CommandFailure(
                .ledger, "no jobmon directory in \(here) or above it",
                hint: "name one with -d or JOBMON_DIR; `jobmon run` creates \(DirectorySearch.folder) here")
        }
        return try Self.makeOwnFolder(in: here)
    }

    /// Makes the directory of its own that jobmon has in a folder of the user's, and keeps it out of git.
    private static func makeOwnFolder(in here: String) throws -> DirectoryLayout {
        let layout = DirectoryLayout(
            root: here == "/" ? "/\(DirectorySearch.folder)" : "\(here)/\(DirectorySearch.folder)")
        do throws(Problem) { try layout.makeOwn() } catch { throw CommandFailure(.ledger, error) }
        return try Self.layout(of: layout.root)
    }

    /// The layout of a path: absolute, and without links where it is there, so that one directory has one name.
    package static func layout(of path: String) throws -> DirectoryLayout {
        guard !path.isEmpty else {
            throw CommandFailure(
                .usage, "the name of the directory is empty", hint: "name a directory with -d, or omit -d")
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
                    .ledger, "\(layout.root) has no ledger yet, but \(Units.count(waiting, "fact")) in its spool",
                    hint: "to read them in: jobmon monitor \(ShellWord.quoted(layout.root))")
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
        case 1: "1 fact in the spool is not in these numbers yet; the next monitor reads it in"
        default: "\(spooled) facts in the spool are not in these numbers yet; the next monitor reads them in"
        }
    }

    /// What a command that is suggested must say to mean the same directory: ` -d DIR`, or nothing.
    package var again: String {
        guard let given else { return "" }
        return " -d \(ShellWord.quoted(given))"
    }
}
