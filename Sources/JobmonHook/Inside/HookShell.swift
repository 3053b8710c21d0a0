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
        let others = withoutHooks(path)
        let folders = [layout.hook.commands] + others
        switch dialect {
        case .sh:
            return """
                JOBMON_DIR=\(quoted(layout.root)); export JOBMON_DIR
                PATH=\(quoted(folders.joined(separator: ":"))); export PATH
                hash -r 2>/dev/null || :
                case ${BASH_ENV-} in *\(HookLayout.environmentPathEnding)) ;; *) JOBMON_HOOK_ENV=${BASH_ENV-} ;; esac
                BASH_ENV=\(quoted(layout.hook.environment)); export BASH_ENV JOBMON_HOOK_ENV
                \(RealCommand.pathVariable)=\(quoted(others.joined(separator: ":"))); export \(RealCommand.pathVariable)
                case ${PROMPT_COMMAND-} in
                "" | *\(HookLayout.loginPathEnding)*) PROMPT_COMMAND=\(quoted(prompt(layout))); export PROMPT_COMMAND ;;
                esac

                """
        case .fish:
            return """
                set -gx JOBMON_DIR \(fish(layout.root))
                set -gx PATH \(folders.map(fish).joined(separator: " "))
                string match -q '*\(HookLayout.environmentPathEnding)' -- "$BASH_ENV"; or set -gx JOBMON_HOOK_ENV "$BASH_ENV"
                set -gx BASH_ENV \(fish(layout.hook.environment))
                set -gx \(RealCommand.pathVariable) \(fish(others.joined(separator: ":")))
                set -gx PROMPT_COMMAND \(fish(prompt(layout)))

                """
        }
    }

    /// What a bash at a terminal runs before each prompt, where it has nothing of its own to run there.
    private static func prompt(_ layout: DirectoryLayout) -> String {
        "test ! -r \(quoted(layout.hook.login)) || . \(quoted(layout.hook.login))"
    }

    /// Takes it away again.
    /// - Parameter directory: what `JOBMON_DIR` is; kept where it is not a hook's.
    package static func off(path: String, directory: String?, _ dialect: Dialect) -> String {
        let folders = withoutHooks(path)
        let isHooks = directory.map { path.contains(DirectoryLayout(root: $0).hook.commands) } ?? false
        switch dialect {
        case .sh:
            return (isHooks ? "unset JOBMON_DIR \(RealCommand.pathVariable)\n" : "")
                + """
                PATH=\(quoted(folders.joined(separator: ":"))); export PATH
                hash -r 2>/dev/null || :
                case ${BASH_ENV-} in
                *\(HookLayout.environmentPathEnding))
                    unset BASH_ENV
                    test -z "${JOBMON_HOOK_ENV-}" || { BASH_ENV=$JOBMON_HOOK_ENV; export BASH_ENV; }
                    unset JOBMON_HOOK_ENV
                    ;;
                esac
                case ${PROMPT_COMMAND-} in *\(HookLayout.loginPathEnding)*) unset PROMPT_COMMAND ;; esac

                """
        case .fish:
            return (isHooks ? "set -e JOBMON_DIR \(RealCommand.pathVariable)\n" : "")
                + """
                set -gx PATH \(folders.map(fish).joined(separator: " "))
                if string match -q '*\(HookLayout.environmentPathEnding)' -- "$BASH_ENV"
                    set -e BASH_ENV
                    test -z "$JOBMON_HOOK_ENV"; or set -gx BASH_ENV $JOBMON_HOOK_ENV
                    set -e JOBMON_HOOK_ENV
                end
                string match -q '*\(HookLayout.loginPathEnding)*' -- "$PROMPT_COMMAND"; and set -e PROMPT_COMMAND
                true

                """
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
