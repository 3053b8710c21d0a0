import Glibc
import JobmonCore

/// Messages for people, on stderr.
package enum Messages {
    /// Says a line. There is nowhere to report a failure to.
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
