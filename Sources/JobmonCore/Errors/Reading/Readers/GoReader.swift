extension ErrorReader {
    /// `panic: no data`, or a fatal error of the runtime, before the stacks of all goroutines.
    static let go = ErrorReader.line("go") { lines in
        lines.all.last { $0.hasPrefix("panic: ") || $0.hasPrefix("fatal error: ") && lines.hasStacks }.map(String.init)
    }
}

extension ErrorLines {
    fileprivate var hasStacks: Bool { all.contains { $0.hasPrefix("goroutine ") } }
}
