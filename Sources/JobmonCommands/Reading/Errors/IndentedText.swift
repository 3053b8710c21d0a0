import ArgumentParser
import Jobmon
import JobmonCore
import JobmonWire

/// Formats text of several lines, indented below a heading.
package enum IndentedText {
    /// The text made printable, in the final state that a terminal shows, each line after `  | `. If it has more than
    /// `last` lines, only the last ones and the number of omitted lines.
    package static func of(_ text: String, last: Int = .max) -> String {
        var lines = Printable.text(LastState.of(text)).split(separator: "\n", omittingEmptySubsequences: false)
        while let line = lines.last, line.allSatisfy(\.isWhitespace) { lines.removeLast() }
        var result = ""
        if lines.count > last {
            result += "  | … \(Units.count(lines.count - last, "earlier line"))\n"
            lines.removeFirst(lines.count - last)
        }
        for line in lines { result += line.isEmpty ? "  |\n" : "  | \(line)\n" }
        return result
    }
}
