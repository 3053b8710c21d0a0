import Glibc
import JobmonCore
import JobmonSystem

/// Messages for people, on stderr.
package enum Messages {
    /// Says a line. There is nowhere to report a failure to.
    package static func say(_ line: String) { write("\(line)\n") }

    package static func write(_ text: String) {
        _ = Descriptor.writeAll(2, Array(text.utf8))
    }
}
