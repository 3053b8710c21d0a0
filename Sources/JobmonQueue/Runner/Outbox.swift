import JobmonCore

/// The actions of one turn, merged: one submit for all orders, one cancel for all keys.
struct Outbox: Sendable {
    var events: [Event] = []
    var prepare: [InstanceOrder] = []
    var submit: [InstanceOrder] = []
    var cancel: [String] = []
    var fences: [String] = []
    var observe: [String]?
    var look: [Int64] = []
    var readHosts: [String: Timestamp]?
    var avoid: [String]?
    var matchJobs = false
    var parallelism: Int?
    var forget: [String] = []
    var notices: [String] = []
    var recall = false
    var stopExecutor: Bool?
    var wakeAt: Double?
    var idle: (number: Int, summary: QueueSummary)?
    var finished: QueueSummary?

    mutating func say(_ notice: String) { notices.append(notice) }

    /// The actions, in the order in which they must be started: facts before what follows from them.
    mutating func empty() -> [QueueAction] {
        var actions: [QueueAction] = notices.map { .say($0) }
        if !events.isEmpty { actions.append(.record(events)) }
        if !prepare.isEmpty { actions.append(.prepare(prepare)) }
        if !submit.isEmpty { actions.append(.submit(submit)) }
        if !cancel.isEmpty { actions.append(.cancel(cancel)) }
        for key in fences { actions.append(.writeFence(key)) }
        if let observe { actions.append(.observe(observe)) }
        if !look.isEmpty { actions.append(.look(look)) }
        if let readHosts { actions.append(.readHosts(readHosts)) }
        if let parallelism { actions.append(.setParallelism(parallelism)) }
        if matchJobs { actions.append(.matchJobs) }
        if let avoid { actions.append(.avoid(avoid)) }
        if !forget.isEmpty { actions.append(.forget(forget)) }
        if recall { actions.append(.recall) }
        if let stopExecutor { actions.append(.stopExecutor(ending: stopExecutor)) }
        if let wakeAt { actions.append(.wakeAt(wakeAt)) }
        if let idle { actions.append(.idle(idle.number, idle.summary)) }
        if let finished { actions.append(.finished(finished)) }
        self = Outbox()
        return actions
    }
}
