/// Errors of the machine and of what it is connected with: no space, no memory, no connection. Wherever in a program one
/// of them shows, and at whichever file or address, the cause is the same.
enum MachineError {
    /// The end of the words for such an error that begin here; nil: there are none. What follows them (the file, the
    /// address, the size) differs from job to job.
    static func end(at index: Int, in text: MessageBytes) -> Int? {
        guard let words = words(from: text[index].lowercased).first(where: { text.has($0, at: index) }) else {
            return nil
        }
        let end = index + words.utf8CodeUnitCount
        return text[end].isWordPart ? nil : end
    }

    /// The words that begin with a letter: those of the C library and of those languages that have their own.
    private static func words(from letter: UInt8) -> [StaticString] {
        switch letter {
        case UInt8(ascii: "a"): a
        case UInt8(ascii: "b"): b
        case UInt8(ascii: "c"): c
        case UInt8(ascii: "d"): d
        case UInt8(ascii: "g"): g
        case UInt8(ascii: "i"): i
        case UInt8(ascii: "l"): l
        case UInt8(ascii: "n"): n
        case UInt8(ascii: "o"): o
        case UInt8(ascii: "r"): r
        case UInt8(ascii: "s"): s
        case UInt8(ascii: "t"): t
        case UInt8(ascii: "u"): u
        default: []
        }
    }

    private static let a: [StaticString] = ["address already in use"]
    private static let b: [StaticString] = ["bad gateway"]
    private static let c: [StaticString] = [
        "cannot allocate memory", "connection refused", "connection reset by peer", "connection timed out",
        "could not resolve host", "cuda out of memory", "cuda error: out of memory", "cuda_error_out_of_memory",
    ]
    private static let d: [StaticString] = ["disk quota exceeded"]
    private static let g: [StaticString] = ["gateway timeout", "gateway time-out"]
    private static let i: [StaticString] = ["input/output error"]
    private static let l: [StaticString] = [
        "license checkout failed",
        "license server",  // allowed: what programs write
        "licence server",  // allowed: what programs write
    ]
    private static let n: [StaticString] = [
        "name or service not known", "network is unreachable", "no route to host", "no space left on device",
    ]
    private static let o: [StaticString] = ["oom when allocating", "operation timed out", "out of memory"]
    private static let r: [StaticString] = [
        "read timed out", "read-only file system", "remote i/o error", "resource temporarily unavailable",
    ]
    private static let s: [StaticString] = [
        "service unavailable", "stale file handle", "stale nfs file handle", "std::bad_alloc",
    ]
    private static let t: [StaticString] = [
        "temporary failure in name resolution", "too many open files", "too many requests",
        "transport endpoint is not connected",
    ]
    private static let u: [StaticString] = ["unable to allocate"]
}
