extension ErrorReader {
    /// `panic: no data`, or a fatal error of the runtime, before the stacks of all goroutines.
    static let go = ErrorReader(["panic: ", "goroutine "]) { lines in
        let index = lines.all.lastIndex {
            $0.hasPrefix("panic: ") || $0.hasPrefix("fatal error: ") && lines.hasStacks
        }
        return index.map { ErrorReading("go", String(lines.all[$0]), frame: frame(below: $0, lines)) }
    }

    /// The innermost function that is not one of a library: its file stands below it, indented.
    private static func frame(below index: Int, _ lines: ErrorLines) -> ErrorReading.Frame? {
        let stack = lines.all[(index + 1)...].drop { !$0.hasPrefix("goroutine ") }.dropFirst().prefix { !$0.isEmpty }
        for place in stack.indices.dropFirst() where stack[place].hasPrefix("\t") {
            let path = stack[place].unindented.prefix { $0 != ":" }
            let function = stack[place - 1].prefix { $0 != "(" }
            if !function.hasPrefix("runtime."), let frame = ErrorReading.Frame(path: path, function: function) {
                return frame
            }
        }
        return nil
    }
}

extension ErrorLines {
    fileprivate var hasStacks: Bool { all.contains { $0.hasPrefix("goroutine ") } }
}
