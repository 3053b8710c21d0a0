import Glibc

/// What a script's own shell runs so that the script reports itself. No name of it can meet one of the user's.
enum ScriptText {
    /// - Parameters:
    ///   - isBash: it can say which command failed, and on which line.
    ///   - exports: the variables that its commands get; none when it runs under `jobmon exec` already.
    ///   - end: the words that tell of the end; the exit code follows.
    static func traps(isBash: Bool, exports: [(name: String, value: String)], end: String) -> String {
        let variables = exports.map { "export \($0.name)=\(quoted($0.value))\n" }.joined()
        guard isBash else {
            return variables + """
                __jobmon_self=$$
                __jobmon_exit() {
                    \(end) "$1" || :
                }
                trap '__jobmon_exit "$?"' EXIT

                """
        }
        return variables + """
            __jobmon_self=$$ __jobmon_seen= __jobmon_line= __jobmon_command= __jobmon_source= __jobmon_before=
            __jobmon_keep() {
                if test "$#" -ge 3 && test "$3" != -; then __jobmon_before=$3; fi
            }
            eval "__jobmon_keep $(trap -p EXIT)"
            __jobmon_give() {
                return "$1"
            }
            __jobmon_ask() {
                __jobmon_told=$(
                    builtin exec 2>/dev/null
                    builtin trap - DEBUG ERR VTALRM
                    builtin jobs -l
                    (
                        builtin trap 'builtin printf T' EXIT
                        test "${BASHPID-}" != "$__jobmon_pid" && builtin kill -s VTALRM "${BASHPID-}" || builtin exit
                        builtin printf A
                    ) || builtin printf %s "$?"
                ) || :
            }
            __jobmon_tell() {
                __jobmon_is_told=yes
                __jobmon_ask
                \(end) "$1" "$2" "$__jobmon_seen" "$__jobmon_line" "$__jobmon_command" "$__jobmon_source" \
                    "$__jobmon_first" "$__jobmon_told"$'\\n'"${!-}"
            }
            __jobmon_pid=${BASHPID-} __jobmon_is_told=
            __jobmon_ask
            __jobmon_first=$__jobmon_told
            __jobmon_exit() {
                if test "${BASHPID-}" = "$__jobmon_pid"; then
                    __jobmon_tell "$1" "$2" 2>/dev/null || test -n "$__jobmon_is_told" || __jobmon_tell "$1" "$2" || :
                fi
                if test -n "$__jobmon_before"; then
                    set +e
                    __jobmon_give "$1"
                    eval "$__jobmon_before"
                fi
            }
            trap '__jobmon_exit "$?" "$BASH_COMMAND"' EXIT
            case $(trap -p ERR) in
            "" | "trap -- - ERR")
                set -E
                trap '__jobmon_seen=$? __jobmon_line=$LINENO __jobmon_command=$BASH_COMMAND __jobmon_source=${BASH_SOURCE-}' ERR
                ;;
            esac

            """
    }

    /// How a script ended, for people; nil: well, or nothing is known but its exit code.
    /// - Parameters:
    ///   - code: its exit code.
    ///   - last: the command that it ended with.
    ///   - seen: the exit code of the command that failed last.
    ///   - text: the line itself, where it could be read: bash names only the last command of a pipeline.
    static func sentence(
        script: String, code: Int, last: String, seen: String, line: String, command: String, source: String,
        text: String?
    ) -> String? {
        guard code != 0, !last.isEmpty || !command.isEmpty else { return nil }
        if seen == String(code), !line.isEmpty {
            let file = source.isEmpty ? script : source
            return "\(file): line \(line): exit code \(code) from: \(text.flatMap { $0.isEmpty ? nil : $0 } ?? command)"
        }
        return "\(script): exit code \(code) from: \(last)"
    }

    /// What a bash that runs its EXIT trap does for.
    enum Ending {
        case ofItself
        case signal
        case unknown
    }

    /// Whether a signal ends a bash that runs its EXIT trap: its exit code says nothing of that, nor anything else. But one
    /// more signal does: a subshell of it is ended by that without its own EXIT trap (from 5.2 on) or not at all.
    /// - Parameters:
    ///   - first: what came of one when the script began: not every bash does as most do.
    ///   - last: what came of one in the trap: T for the subshell's trap, A for its going on, then its exit code.
    static func ending(first: some StringProtocol, last: some StringProtocol) -> Ending {
        let inOrder = "T\(128 + SIGVTALRM)"
        guard first == inOrder else { return .unknown }
        switch String(last) {
        case inOrder: return .ofItself
        case "\(128 + SIGVTALRM)", "AT": return .signal
        // One that does not do as others do, or there is no room for another process.
        default: return .unknown
        }
    }

    /// What is said of that.
    static func interruption(last: String) -> String {
        "ended by a signal" + (last.isEmpty ? "" : ", at: \(last)")
    }

    /// Whether a shell that says that it ended well was ended by a signal, where it can't be asked: what it ran in the
    /// foreground is still there then.
    /// - Parameters:
    ///   - last: the command that it ended with.
    ///   - children: the command lines of its child processes, without those in the background, which may be of the same program.
    static func isInterrupted(last: String, children: [[String]]) -> Bool {
        func name(_ word: some StringProtocol) -> String { String(word.reversed().prefix { $0 != "/" }.reversed()) }
        guard let first = last.split(whereSeparator: \.isWhitespace).first, !name(first).isEmpty else { return false }
        // A script's own first word is its interpreter's.
        func isMeant(_ line: [String]) -> Bool { line.prefix(2).contains { name($0) == name(first) } }
        return children.contains(where: isMeant)
    }

    /// The processes in the background by what `jobs -l` printed, line by line, and `$!`: of bash's jobs, those in the
    /// foreground are the ones without `&`.
    static func background(jobs: some Collection<Substring>, last: Substring) -> Set<Int32> {
        func number(_ text: some StringProtocol) -> Int32? {
            Int32(text.drop { !$0.isNumber }.prefix { $0.isNumber })
        }
        var (found, job): (Set<Int32>, [Int32]) = ([], [])
        if let pid = Int32(last) { found.insert(pid) }
        for line in jobs {
            if line.hasPrefix("[") {
                job = []
                if let pid = line.firstIndex(of: "]").flatMap({ number(line[$0...]) }) { job.append(pid) }
            } else if line.first == " ", let first = line.split(separator: " ").first, let pid = Int32(first) {
                job.append(pid)
            }
            // Behind it may stand the folder that a job runs in.
            if line.hasSuffix("&") || line.contains("&  (wd: ") { found.formUnion(job) }
        }
        return found
    }

    static func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
