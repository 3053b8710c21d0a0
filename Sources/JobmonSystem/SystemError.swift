import CJobmonPOSIX
import Glibc

/// The reason that the kernel gives for a failed call.
package enum SystemError {
    /// A number of `errno` in words, such as `No such file or directory`.
    package static func text(_ error: Int32 = errno) -> String {
        var text = [CChar](repeating: 0, count: 256)
        _ = jobmon_error_text(error, &text, text.count)
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
