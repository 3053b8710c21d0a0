import Dispatch
import Glibc

/// Reads stdin line by line without blocking the caller.
enum StandardInput {
    /// The lines without their line ends, as they arrive. The stream ends with stdin. A last line without a line end
    /// counts.
    static func lines() -> AsyncStream<String> {
        let (lines, continuation) = AsyncStream<String>.makeStream()
        // A waiting read occupies a thread: it has its own, which ends with stdin or with the process.
        DispatchQueue(label: "jobmon.stdin").async {
            var line: [UInt8] = []
            func say() { continuation.yield(String(decoding: ByteOrderMark.removed(from: line), as: UTF8.self)) }
            var piece = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let count = read(0, &piece, piece.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                var rest = piece[..<count]
                while let end = rest.firstIndex(of: 0x0A) {
                    line += rest[..<end]
                    say()
                    line.removeAll(keepingCapacity: true)
                    rest = rest[rest.index(after: end)...]
                }
                line += rest
            }
            if !line.isEmpty { say() }
            continuation.finish()
        }
        return lines
    }
}
