import CJobmonPOSIX
import Glibc
import JobmonCore

/// Where what a command wrote to a stream can be read after its end.
package enum WrittenOutput: Sendable, Equatable {
    /// Nothing was written.
    case none
    /// A regular file that holds nothing else.
    case file(String)
    /// The regular file behind a descriptor of this process, from an offset on.
    case behind(Int32, from: Int)
    /// The end of it, at most 64 KiB.
    case end(String)
    /// It was not captured.
    case unseen

    /// A file that can be read; nil: there is none.
    package static func readable(_ path: String?) -> WrittenOutput? {
        path.flatMap { access($0, R_OK) == 0 ? .file($0) : nil }
    }

    /// The end that was kept; nil: it was not captured.
    package static func kept(_ text: String?) -> WrittenOutput { text.map { .end($0) } ?? .unseen }

    /// The end as text, at most 64 KiB; nil: it was not captured, or cannot be read.
    package var text: String? {
        switch self {
        case .none: ""
        case .file(let path): OutputTail.ofFile(path)
        case .behind(let descriptor, let start): OutputTail.behind(descriptor, from: start)
        case .end(let text): text
        case .unseen: nil
        }
    }
}
