import Glibc
import JobmonCore

/// Writes messages for the user to stderr.
package enum Messages {
    /// Writes a line. A failure is ignored, since it cannot be reported anywhere.
    package static func say(_ line: String) { write("\(line)\n") }

    package static func write(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
