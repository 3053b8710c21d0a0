import Dispatch
import Glibc

/// Receives signals that ask a command to end, as values.
package enum Signals {
    /// The signals from now on, until the reader stops reading. A signal that was ignored when this process was started
    /// stays ignored (`nohup`; INT of a command in the background of a script). After the first signal, a second one
    /// ends the process at once, unless `keepingAll`.
    package static func received(
        _ wanted: [Int32] = [SIGINT, SIGTERM, SIGHUP], keepingAll: Bool = false
    ) -> AsyncStream<Int32> {
        let heeded = wanted.filter { !isIgnored($0) }
        return AsyncStream(bufferingPolicy: .bufferingOldest(8)) { continuation in
            // Sources may be cancelled from any thread, which the module does not declare.
            nonisolated(unsafe) let sources = heeded.map { number in
                // The source receives a signal only if its default action is off.
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
