import ArgumentParser
import Jobmon
import JobmonCore
import JobmonWire

/// Text of several lines below something else.
package enum IndentedText {
    /// The text, printable and as a terminal would have it at last, each line behind `  | `; of more than `last` lines only the last ones, and how many are left out.
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
