import JobmonCore

/// Sends requests to the executor one at a time, in order, so that a cancel never overtakes the submit before it, and
/// an observation never overtakes the cancel.
final class ExecutorLane: Sendable {
    enum Request: Sendable {
        case submit([InstanceOrder])
        case cancel([String])
        case observe([String])
        case recall
        case avoid([String])
        case stop(ending: Bool)
    }

    private let executor: any Executor
    private let mailbox = Mailbox<Request>()

    init(executor: any Executor) { self.executor = executor }

    func post(_ request: Request) { mailbox.post(request) }

    func run(_ post: @escaping @Sendable (QueueFact) -> Void) async {
        await withDiscardingTaskGroup { group in
            var reader = mailbox.reader()
            while let requests = await reader.next() {
                for request in Self.gathered(requests) where !Task.isCancelled {
                    switch request {
                    // It takes as long as the running commands, and a harder stop must get through meanwhile.
                    case .stop(let ending):
                        group.addTask { [executor] in
                            await executor.stop(ending: ending)
                            post(.executorStopped)
                        }
                    // It takes as long as the executor's answer, and a stop must get through meanwhile.
                    case .recall:
                        group.addTask { [executor] in
                            await executor.recall()
                            post(.recalled)
                        }
                    case .avoid(let hosts): await executor.avoid(hosts)
                    case .submit, .cancel, .observe: if let answer = await ask(request) { post(answer) }
                    }
                }
            }
            group.cancelAll()
        }
    }

    /// Merges orders that wait together into one submit.
    private static func gathered(_ requests: [Request]) -> [Request] {
        var gathered: [Request] = []
        for request in requests {
            if case .submit(let more) = request, case .submit(let orders)? = gathered.last {
                gathered[gathered.count - 1] = .submit(orders + more)
            } else {
                gathered.append(request)
            }
        }
        return gathered
    }

    private func ask(_ request: Request) async -> QueueFact? {
        do throws(ExecutorError) {
            switch request {
            case .submit(let batch): return .submitted(batch, try await executor.submit(batch))
            case .cancel(let keys):
                try await executor.cancel(keys, returningAttempt: true)
                return .cancelAsked(keys)
            case .observe(let keys): return .observed(keys, try await executor.observe(keys))
            case .stop, .recall, .avoid: return nil
            }
        } catch {
            switch (error, request) {
            case (.unusable(let problem), _): return .unusable(problem)
            case (.unreachable(let reason), .submit(let batch)): return .submitUnclear(batch, reason)
            case (.unreachable(let reason), .cancel(let keys)): return .notCancelled(keys, reason)
            case (.unreachable(let reason), .observe(let keys)): return .unobservable(keys, reason)
            case (.unreachable, .stop), (.unreachable, .recall), (.unreachable, .avoid): return nil
            }
        }
    }
}
