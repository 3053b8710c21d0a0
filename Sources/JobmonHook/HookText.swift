/// The pieces of shell text that the hook puts into other people's scripts and shells, or beside them.
enum HookText {
    /// A shell's line that has the script that it stands in run under jobmon. It is the same for sh, bash, ksh, zsh, csh
    /// and tcsh, and passed over where jobmon is not, and the second time.
    static func line(_ executable: String, directory: String) -> String {
        "test ! -x \(executable) || eval `\(executable) __hook begin \(HookWord.encode(directory)) $$` || :"
    }

    /// The program that runs its arguments under jobmon.
    static func launcher(_ executable: String, directory: String) -> String {
        """
        #!/bin/sh
        # Made by jobmon hook. Runs a command under jobmon; where that is not there, it just runs it.
        \(ready(executable)) && exec \(executable) __hook command \(HookWord.encode(directory)) % "$@"
        exec "$@"

        """
    }

    /// The same for scripts that it is the interpreter of: its first argument is what a script's `#!` named before.
    static func interpreter(_ executable: String, directory: String) -> String {
        """
        #!/bin/sh
        # Made by jobmon hook. Runs a script under jobmon; where that is not there, it just runs it.
        case $1 in
        *" "*)
            _jobmon_words=$1
            shift
            set -- "${_jobmon_words%% *}" "${_jobmon_words#* }" "$@"
            unset _jobmon_words
            ;;
        esac
        \(ready(executable)) && exec \(executable) __hook command \(HookWord.encode(directory)) % "$@"
        exec "$@"

        """
    }

    /// What srun runs in place of a command, which follows as arguments.
    static func step(_ executable: String, directory: String, name: String, allocation: String?) -> String {
        let restored = allocation.map { "SLURM_JOB_NAME=\(quoted($0)); export SLURM_JOB_NAME; " } ?? ""
        return restored
            + "if \(ready(executable)); then exec \(executable) __hook command \(HookWord.encode(directory)) "
            + "\(HookWord.encode(name)) \"$@\"; else exec \"$@\"; fi"
    }

    /// Whether jobmon is there and can run, which a library that a node lacks, or a limit of memory, may hinder.
    private static func ready(_ executable: String) -> String {
        "test -x \(executable) && \(executable) __hook ready 2>/dev/null"
    }

    /// A word for sh.
    static func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
