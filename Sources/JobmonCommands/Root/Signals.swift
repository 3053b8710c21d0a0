import Dispatch
import Glibc

/// Signals that ask a command to end, as values in place of deaths.
package enum Signals {
    /// The signals that come from now on, until the reader stops reading. One that was ignored when this process was
    /// started stays ignored (`nohup`; INT of a command in the background of a script). After the first one a second
    /// ends the process at once, unless `keepingAll`.
    package static func received(
        _ wanted: [Int32] = [SIGINT, SIGTERM, SIGHUP], keepingAll: Bool = false
    ) -> AsyncStream<Int32> {
        let heeded = wanted.filter { !isIgnored($0) }
        return AsyncStream(bufferingPolicy: .bufferingOldest(8)) { continuation in
            // Sources may be cancelled from any thread; the module does not say so.
            nonisolated(unsafe) let sources = heeded.map { number in
                // The source hears of a signal only when its own action does not happen.
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
                source.setEventHandler {
                    continuation.yield(number)
                    if !keepingAll { for other in heeded { signal(other, SIG_DFL) } }
                }
                source.resume()
                return source
            }
            continuation.onTermination = { _ in
                for source in sources { source.cancel() }
            }
        }
    }

    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0, let handler = action.__sigaction_handler.sa_handler else {
            return false
        }
        return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
