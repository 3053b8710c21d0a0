package import ArgumentParser

/// `jobmon completions`: prints the completion script for a shell.
package struct CompletionsCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "completions",
        abstract: "Prints the completion script of a shell: bash, zsh or fish.",
        discussion: """
              jobmon completions bash > ~/.local/share/bash-completion/completions/jobmon
              jobmon completions zsh  > ~/.zfunc/_jobmon          # a folder of $fpath
              jobmon completions fish > ~/.config/fish/completions/jobmon.fish

            `make install` puts all three where these shells look for them.
            """)

    package enum Shell: String, CaseIterable, ExpressibleByArgument, Sendable {
        case bash
        case zsh
        case fish
    }

    @Argument(help: "Which shell.")
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
