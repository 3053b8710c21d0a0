import ArgumentParser
import Glibc

/// What the benchmarks need of this package's inside: not a product, and no part of what is installed. The scripts
/// beside it start it and do the arithmetic.
@main
struct BenchRoot: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "JobmonBench", abstract: "The parts of the benchmarks that must be inside the package.",
        subcommands: [Serve.self, MakeLedger.self, CommitLoop.self, RecordLoop.self, ReadErrors.self])
}

/// Prints a line at once: a script reads it while this process goes on.
func say(_ line: String) {
    var text = Array((line + "\n").utf8)
    while !text.isEmpty {
        let written = write(1, text, text.count)
        guard written > 0 else { return }
        text.removeFirst(written)
    }
}
