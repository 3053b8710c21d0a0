import Dispatch
import Glibc
import JobmonSystem

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
            // Caught at once, and not by a source of signals: that begins to listen later, on another thread, and a
            // signal that comes before would be lost.
            guard !heeded.isEmpty, let inbox = SignalInbox(heeded) else { return }
            // A source may be cancelled from any thread, which the module does not declare.
            nonisolated(unsafe) let source = DispatchSource.makeReadSource(
                fileDescriptor: inbox.descriptor, queue: .global())
            source.setEventHandler {
                while let number = inbox.next() {
                    continuation.yield(number)
                    if !keepingAll { for other in heeded { signal(other, SIG_DFL) } }
                }
            }
            source.setCancelHandler { inbox.close() }
            source.resume()
            continuation.onTermination = { _ in source.cancel() }
        }
    }

    /// These signals end the process again, after nobody reads them any more. Those that were ignored stay so.
    package static func release(_ caught: [Int32] = [SIGINT, SIGTERM, SIGHUP]) {
        for number in caught where !isIgnored(number) { signal(number, SIG_DFL) }
    }

    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0, let handler = action.__sigaction_handler.sa_handler else {
            return false
        }
        return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
