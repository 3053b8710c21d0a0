import JobmonCore

/// The pieces of shell text that the hook puts into other people's scripts and shells, or beside them.
enum HookText {
    /// A shell's line that has the script that it stands in run under jobmon. It is the same for sh, bash, ksh, zsh, csh
    /// and tcsh, and passed over where jobmon is not, and the second time.
    /// - Parameter comment: that of the submission, by which the job is named if its own name is a UUID.
    static func line(_ executable: String, directory: String, comment: String? = nil) -> String {
        let more = comment.map { " \(HookWord.encode($0))" } ?? ""
        return
            "test ! -x \(executable) || eval `\(executable) __hook begin \(HookWord.encode(directory)) $$\(more)` || :"
    }

    /// The program that runs its arguments under jobmon.
    static func launcher(_ executable: String, directory: String, shell: String) -> String {
        """
        #!\(shell)
        # Created by jobmon hook. Runs a command under jobmon, or by itself if jobmon is missing.
        \(ready(executable, directory, "%")) && exec \(command(executable, directory, "%"))
        exec "$@"

        """
    }

    /// The same for scripts that it is the interpreter of: its first argument is what a script's `#!` named before.
    static func interpreter(_ executable: String, directory: String, shell: String) -> String {
        """
        #!\(shell)
        # Created by jobmon hook. Runs a script under jobmon, or by itself if jobmon is missing.
        case $1 in
        *" "*)
            _jobmon_words=$1
            shift
            set -- "${_jobmon_words%% *}" "${_jobmon_words#* }" "$@"
            unset _jobmon_words
            ;;
        esac
        \(ready(executable, directory, "%")) && exec \(command(executable, directory, "%"))
        exec "$@"

        """
    }

    /// What srun runs in place of a command, which follows as arguments.
    static func step(_ executable: String, directory: String, name: String, allocation: String?) -> String {
        let word = HookWord.encode(name)
        let restored = allocation.map { "SLURM_JOB_NAME=\(quoted($0)); export SLURM_JOB_NAME; " } ?? ""
        return restored
            + "if \(ready(executable, directory, word)); then exec \(command(executable, directory, word)); "
            + "else exec \"$@\"; fi"
    }

    private static func command(_ executable: String, _ directory: String, _ name: String) -> String {
        "\(executable) __hook command \(HookWord.encode(directory)) \(name) \"$@\""
    }

    /// Whether jobmon is there and can run, which a library that a node lacks, or a limit of memory, may hinder; and
    /// whether the arguments leave room for its own.
    private static func ready(_ executable: String, _ directory: String, _ name: String) -> String {
        "test -x \(executable) && \(executable) __hook ready command \(HookWord.encode(directory)) \(name) "
            + "\"$@\" 2>/dev/null"
    }

    /// What bash reads for `BASH_ENV`: the user's own file, and the next one.
    static func environment(_ layout: HookLayout) -> String {
        """
        # Created by jobmon hook. A non-interactive bash reads this, and then the former file of BASH_ENV.
        test ! -r \(quoted(layout.login)) || . \(quoted(layout.login))
        test -z "${JOBMON_HOOK_ENV-}" || eval ". \"$JOBMON_HOOK_ENV\""

        """
    }

    /// What puts the hook in front of a login shell's PATH again.
    static func login(_ layout: HookLayout) -> String {
        """
        # Created by jobmon hook. A profile may set PATH anew: this puts the hook back for a login shell of bash.
        if shopt -q login_shell 2>/dev/null; then
            case :${PATH-}: in
            *:\(quoted(layout.commands)):*) ;;
            *) test ! -d \(quoted(layout.commands)) || PATH=\(quoted(layout.commands)):${PATH-} ;;
            esac
        fi

        """
    }

    /// A word for sh.
    static func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
