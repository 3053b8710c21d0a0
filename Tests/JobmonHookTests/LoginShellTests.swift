import Foundation
import JobmonTestSupport
import Testing

/// A login shell keeps the hook even if its profile resets PATH.
@Suite(.timeLimit(.minutes(20))) struct LoginShellTests {
    /// The expected path of `sbatch`, even if `/etc/profile` here resets PATH, as Debian's does.
    private static let hook = "/mon/run/hook/bin/sbatch\n"

    @Test(arguments: HookWorld.shells("/bin/bash -lc", "/bin/bash -c", "/usr/bin/zsh -lc", "/usr/bin/fish -lc"))
    func itKeepsTheHook(_ shell: String) async throws {
        try await HookWorld.with("login") { world in
            // The user's own profile; else a real sbatch that is installed here would be found.
            try world.write(".bash_profile", "PATH=\"$RECORD/../real:$PATH\"\n")
            let ran = try await world.hooked("HOME=$PWD \(shell) 'command -v sbatch'")
            #expect(ran.stdout == "\(world.path)\(Self.hook)" && ran.stderr.isEmpty, "\(ran)")
            let submitted = try await world.hooked("HOME=$PWD \(shell) 'sbatch --parsable x'")
            #expect(submitted.stdout == "Submitted batch job 42\n" && submitted.status == 3, "\(submitted)")
        }
    }

    @Test func theUsersOwnFilesAreReadAndJobsHaveNoneOfOurs() async throws {
        try await HookWorld.with("own") { world in
            try world.write("own", "echo own\n")
            try world.write("real/sbatch", "#!/bin/sh\nenv >\"$RECORD/environment\"\n", mode: 0o755)
            let environment = ["BASH_ENV": "$HERE/own", "HERE": world.path]
            try world.write(".bash_profile", "PATH=\"$RECORD/../real:$PATH\"\n")
            let ran = try await world.hooked("HOME=$PWD bash -lc 'sbatch x'", environment: environment)
            #expect(ran.stdout == "own\nown\n", "\(ran)")
            let names = world.recorded("environment")
            #expect(names.contains("BASH_ENV=$HERE/own\n") && !names.contains("PROMPT_COMMAND="), "\(names)")
            #expect(!names.contains("JOBMON_HOOK_ENV") && !names.contains("JOBMON_HOOK_PATH"), "\(names)")
            let without = try await world.hooked("bash -c 'sbatch x'")
            #expect(without.status == 0 && !world.recorded("environment").contains("BASH_ENV"))
        }
    }

    @Test func undoneNothingIsLeft() async throws {
        try await HookWorld.with("undo") { world in
            let line =
                "eval \"$(jobmon hook --undo)\"; echo \"${BASH_ENV-none} ${PROMPT_COMMAND-none}\"; env | grep HOOK"
            #expect(try await world.hooked(line).stdout == "none none\n")
            #expect(try await world.hooked(line, environment: ["BASH_ENV": "/dev/null"]).stdout == "/dev/null none\n")
            // Evaluated twice, the user's own setting is still the user's.
            let twice = "eval \"$(jobmon hook -d mon)\"; \(line)"
            #expect(try await world.hooked(twice, environment: ["BASH_ENV": "/dev/null"]).stdout == "/dev/null none\n")
            let prompt = try await world.hooked(
                "echo \"$PROMPT_COMMAND\"; \(line)", environment: ["PROMPT_COMMAND": "true"])
            #expect(prompt.stdout == "true\nnone true\n", "one of the user's own stays: \(prompt)")
        }
    }

    @Test(.enabled(if: !HookWorld.shells("/usr/bin/tmux").isEmpty, "no tmux here"))
    func windowsOfTmuxKeepIt() async throws {
        try await HookWorld.with("tmux") { world in
            let socket = "jobmon\(ProcessInfo.processInfo.processIdentifier)"
            let line = "tmux -L \(socket) -f /dev/null new-session -d -x 200 -y 50 \"exec bash -l\""
            let end = "tmux -L \(socket) kill-server"  // allowed: a word of tmux
            let environment = ["HOME": world.path, "TERM": "xterm", "SHELL": "/bin/bash", "TMUX_TMPDIR": world.path]
            _ = try await world.hooked(line, environment: environment)
            do {
                try await waitUntil("a command of the window has run") {
                    _ = try await world.shell(
                        "tmux -L \(socket) send-keys 'command -v sbatch >\(world.path)/found' Enter",
                        environment: environment)
                    return FileManager.default.fileExists(atPath: "\(world.path)/found")
                }
                try await waitUntil("it has found the hook") {
                    let found = try? String(contentsOfFile: "\(world.path)/found", encoding: .utf8)
                    return found == "\(world.path)\(Self.hook)"
                }
            } catch {
                _ = try await world.shell(end, environment: environment)
                throw error
            }
            _ = try await world.shell(end, environment: environment)
        }
    }
}
