package import ArgumentParser
package import Jobmon
package import JobmonCore
import JobmonReporting

/// `-d/--dir`: the monitor's directory that a command uses.
package struct DirectoryOption: ParsableArguments {
    @Option(
        name: [.customShort("d"), .customLong("dir")],
        help: ArgumentHelp(
            "Directory with the ledger. Default: $JOBMON_DIR; else the current directory if it holds a ledger; else "
                + "the nearest .jobmon, here or in a parent directory.", valueName: "dir"),
        completion: .directory)
    package var given: String?

    package init() {}

    /// The directory named by the option or the environment; nil: search for it.
    package var named: String? {
        if let given { return given }
        guard let variable = Terminal.environment("JOBMON_DIR"), !variable.isEmpty else { return nil }
        return variable
    }

    /// The layout of the named directory, else of the one that `DirectorySearch` finds. The directory need not exist.
    /// - Parameter making: create `./.jobmon` if no directory is named or found.
    /// - Throws: `CommandFailure` if there is no directory, or it cannot be created.
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

    /// The directory that `jobmon run` would use: the named or found one, else the one that it would create here.
    package func wouldBe() throws -> DirectoryLayout {
        if let named { return try Self.layout(of: named) }
        let here = try Self.layout(of: ".").root
        let search: DirectorySearch
        do throws(Problem) { search = try DirectorySearch(from: here) } catch { throw CommandFailure(.ledger, error) }
        for sentence in search.passedOver { Messages.say("jobmon: \(Printable.line(sentence))") }
        return try Self.layout(of: search.found ?? Self.ownFolder(in: here))
    }

    private static func ownFolder(in here: String) -> String {
        here == "/" ? "/\(DirectorySearch.folder)" : "\(here)/\(DirectorySearch.folder)"
    }

    /// Creates jobmon's own folder in a folder of the user's, and excludes it from git.
    private static func makeOwnFolder(in here: String) throws -> DirectoryLayout {
        let layout = DirectoryLayout(root: ownFolder(in: here))
        do throws(Problem) { try layout.makeOwn() } catch { throw CommandFailure(.ledger, error) }
        return try Self.layout(of: layout.root)
    }

    /// The layout of a path, made absolute. Links are resolved if the directory exists, so that it has only one name.
    package static func layout(of path: String) throws -> DirectoryLayout {
        guard !path.isEmpty else {
            throw CommandFailure(
                .usage, "the name of the directory is empty", hint: "name a directory with -d, or omit -d")
        }
        return try DirectoryLayout(of: path)
    }

    /// Opens the directory for reading while `body` runs, through its monitor or from the file. A remark about how it
    /// reads goes to stderr.
    package func open(_ body: (DirectoryAccess) async throws -> Void) async throws {
        let access = try await Self.access(to: try layout())
        if let remark = access.remark { Messages.say("jobmon: \(remark)") }
        if let line = Self.note(spooled: access.spooled) { Messages.say(line) }
        try await body(access)
    }

    private static func access(to layout: DirectoryLayout) async throws -> DirectoryAccess {
        if !layout.isDirectoryOfMonitor {
            // `exec` spools facts even if no monitor was ever started.
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
            // For any reason: the directory cannot be used.
            throw CommandFailure(.ledger, error)
        }
    }

    /// The remark about facts that the file does not have yet; nil if it has all of them.
    package static func note(spooled: Int) -> String? {
        switch spooled {
        case ...0: nil
        case 1: "1 fact in the spool is not in these numbers yet; the next monitor reads it in"
        default: "\(spooled) facts in the spool are not in these numbers yet; the next monitor reads them in"
        }
    }

    /// The option that a suggested command needs for the same directory: ` -d DIR`, or nothing.
    package var again: String {
        guard let given else { return "" }
        return " -d \(ShellWord.quoted(given))"
    }
}
