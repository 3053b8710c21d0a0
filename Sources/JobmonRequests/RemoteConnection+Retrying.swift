import JobmonCore
import JobmonReporting
import JobmonWire
import Synchronization

extension RemoteConnection {
    /// Why a call failed, and whether it may be tried again.
    enum CallError: Error {
        /// No answer, or an answer from a process that is not (or no longer) this monitor.
        case away(Problem)
        case refused(Problem)
    }

    private static let firstPause = 0.02
    private static let longestPause = 1.0

    /// Calls until there is an answer or patience ends. The call must be safe to repeat.
    func retrying<Answer: Sendable>(
        _ call: (MonitorInfo) async throws(CallError) -> Answer
    ) async throws(Problem) -> Answer {
        let start = time.steadySeconds()
        var pause = Self.firstPause
        while true {
            let problem: Problem
            if let current = currentInfo() {
                do throws(CallError) {
                    return try await call(current)
                } catch {
                    switch error {
                    case .refused(let problem): throw problem
                    case .away(let away): problem = away
                    }
                }
                // The monitor may have been restarted at another address and with another secret.
                info.withLock { $0 = nil }
            } else {
                problem = Problem(
                    .unavailable, "there is no monitor in \(layout.root)",
                    hint: "start one with: jobmon monitor \(layout.root)")
            }
            let left = patience - (time.steadySeconds() - start)
            if left <= 0 { throw problem }
            // Many requesters that lost the same monitor must not return all at once.
            let wait = min(left, pause * Double.random(in: 0.5...1.5))
            do {
                try await Task.sleep(for: .seconds(wait))
            } catch {
                throw problem
            }
            pause = min(Self.longestPause, pause * 2)
        }
    }

    private func currentInfo() -> MonitorInfo? {
        if let known = info.withLock({ $0 }) { return known }
        let found = MonitorInfo.read(layout)
        info.withLock { $0 = found }
        return found
    }

    /// What a call throws if there was no answer.
    static func away(_ error: any Error) -> CallError {
        let reason = error is CancellationError ? "the call was cancelled" : "\(error)"
        return .away(Problem(.unavailable, "the monitor does not answer: \(reason)", hint: "is it still running?"))
    }

    /// The error for an answer with an error status.
    static func failure(_ status: Int, _ body: [UInt8]) -> CallError {
        let problem: Problem
        do {
            problem = try Problem(try JSON(parsing: body))
        } catch {
            return .away(
                Problem(
                    .unavailable, "what answers at the monitor's address is not a monitor (status \(status))",
                    hint: "start the monitor again; it writes its new address"))
        }
        switch problem.code {
        case .unauthorized, .forbidden, .unavailable, .requestTimeout: return .away(problem)
        default: return .refused(problem)
        }
    }
}
