import Glibc
import JobmonCore
import JobmonSystem

/// Writes messages for the user to stderr.
package enum Messages {
    /// Writes a line. A failure is ignored, since it cannot be reported anywhere.
    package static func say(_ line: String) { write("\(line)\n") }

    package static func write(_ text: String) {
        _ = Descriptor.writeAll(2, Array(text.utf8))
    }
}
