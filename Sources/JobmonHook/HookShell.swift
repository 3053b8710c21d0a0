package import JobmonCore

/// What `jobmon hook` prints for a shell to run.
package enum HookShell {
    /// A shell whose words are written in a way of their own.
    package enum Dialect: String, Sendable, CaseIterable {
        case sh
        case fish
    }

    /// Puts a directory's hook in front of PATH, in place of any other.
    package static func on(_ layout: DirectoryLayout, path: String, _ dialect: Dialect) -> String {
        let folders = [layout.hook.commands] + withoutHooks(path)
        switch dialect {
        case .sh:
            return """
                JOBMON_DIR=\(quoted(layout.root)); export JOBMON_DIR
                PATH=\(quoted(folders.joined(separator: ":"))); export PATH
                hash -r 2>/dev/null || :

                """
        case .fish:
            return """
                set -gx JOBMON_DIR \(fish(layout.root))
                set -gx PATH \(folders.map(fish).joined(separator: " "))

                """
        }
    }

    /// Takes it away again.
    /// - Parameter directory: what `JOBMON_DIR` is; kept where it is not a hook's.
    package static func off(path: String, directory: String?, _ dialect: Dialect) -> String {
        let folders = withoutHooks(path)
        let isHooks = directory.map { path.contains(DirectoryLayout(root: $0).hook.commands) } ?? false
        switch dialect {
        case .sh:
            return (isHooks ? "unset JOBMON_DIR\n" : "")
                + "PATH=\(quoted(folders.joined(separator: ":"))); export PATH\nhash -r 2>/dev/null || :\n"
        case .fish:
            return (isHooks ? "set -e JOBMON_DIR\n" : "")
                + "set -gx PATH \(folders.map(fish).joined(separator: " "))\n"
        }
    }

    /// Has a script report itself.
    package static func inJob(_ layout: DirectoryLayout, executable: String, name: String?) -> String {
        // A file that a script reads may have the line too.
        let start = "\(quoted(executable)) __hook job-start \(quoted(layout.root)) \"$$\" \(quoted(name ?? ""))"
        return "test \"${__jobmon_self-}\" = \"$$\" || eval \"$(\(start) \"$0\" \"$@\" </dev/null || echo :)\"\n"
    }

    private static func withoutHooks(_ path: String) -> [String] {
        path.split(separator: ":", omittingEmptySubsequences: false).map(String.init).filter {
            !$0.hasSuffix(HookLayout.pathEnding)
        }
    }

    private static func quoted(_ text: String) -> String { HookText.quoted(text) }

    /// In fish's quotes a backslash means something too.
    private static func fish(_ text: String) -> String {
        var word = "'"
        for character in text {
            if character == "'" || character == "\\" { word.append("\\") }
            word.append(character)
        }
        return word + "'"
    }
}
