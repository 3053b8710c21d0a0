import JobmonCore
import JobmonQueue
import Testing

extension Moment {
    /// So many seconds after the beginning, by both clocks.
    static func seconds(_ seconds: Double) -> Moment {
        Moment(time: Timestamp(milliseconds: Int64(seconds * 1000)), steady: seconds)
    }
}

extension QueueState {
    /// Hands what some actions prepare over to an executor that takes it. - Returns: the orders.
    mutating func start(_ actions: [QueueAction], at now: Moment) -> [InstanceOrder] {
        var started: [InstanceOrder] = []
        for case .prepare(let orders) in actions {
            for case .submit(let batch) in take([.prepared(orders)], at: now) {
                _ = take([.submitted(batch, batch.map { _ in .taken(executorID: nil) })], at: now)
                started += batch
            }
        }
        #expect(sanityCheck() == [])
        return started
    }
}
