import JobmonCore

/// The lane through which the executor is asked: one thing at a time, in order, so that a cancel never overtakes the
/// submit before it, nor a look the cancel.
final class ExecutorLane: Sendable {
    enum Request: Sendable {
        case submit([InstanceOrder])
        case cancel([String], returningAttempt: Bool)
        case observe([String])
    }

    private let executor: any Executor
    private let mailbox = Mailbox<Request>()

    init(executor: any Executor) { self.executor = executor }

    func post(_ request: Request) { mailbox.post(request) }

    func run(_ post: @Sendable (QueueFact) -> Void) async {
        var reader = mailbox.reader()
        while let requests = await reader.next() {
            for request in requests where !Task.isCancelled { post(await ask(request)) }
        }
    }

    private func ask(_ request: Request) async -> QueueFact {
        do throws(ExecutorError) {
            switch request {
            case .submit(let batch): return .submitted(batch, try await executor.submit(batch))
            case .cancel(let keys, let returning):
                try await executor.cancel(keys, returningAttempt: returning)
                return .cancelAsked(keys)
            case .observe(let keys): return .observed(keys, try await executor.observe(keys))
            }
        } catch {
            switch (error, request) {
            case (.unusable(let problem), _): return .unusable(problem)
            case (.unreachable(let reason), .submit(let batch)): return .submitUnclear(batch, reason)
            case (.unreachable(let reason), .cancel(let keys, _)): return .notCancelled(keys, reason)
            case (.unreachable(let reason), .observe(let keys)): return .unobservable(keys, reason)
            }
        }
    }
}
