package import ArgumentParser

/// `jobmon completions`: prints the completion script for a shell.
package struct CompletionsCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "completions",
        abstract: "Print the completion script for bash, zsh or fish.",
        discussion: """
            Save the script where the shell looks for it. `make install` installs all three.

              jobmon completions bash > ~/.local/share/bash-completion/completions/jobmon
              jobmon completions zsh  > ~/.zfunc/_jobmon          # a directory in $fpath
              jobmon completions fish > ~/.config/fish/completions/jobmon.fish
            """)

    package enum Shell: String, CaseIterable, ExpressibleByArgument, Sendable {
        case bash
        case zsh
        case fish
    }

    @Argument(help: "Shell that the script is for: bash, zsh or fish.")
    package var shell: Shell

    package init() {}

    package func run() throws {
        let output = Output()
        let script =
            switch shell {
            case .bash: JobmonRoot.completionScript(for: .bash)
            case .zsh: JobmonRoot.completionScript(for: .zsh)
            case .fish: JobmonRoot.completionScript(for: .fish)
            }
        try output.write(script.hasSuffix("\n") ? script : script + "\n")
        try output.flush()
    }
}
