import CJobmonPOSIX
import Glibc
import JobmonCore
import JobmonProcesses
import JobmonWire

/// What the queue says, and what becomes of it.
extension Supervisor {
    func acceptCallers() {
        while true {
            let descriptor = jobmon_accept(listener)
            guard descriptor >= 0 else { return }
            var user = uid_t.max
            var process: pid_t = 0
            guard jobmon_peer(descriptor, &user, &process) == 0, user == geteuid() else {
                close(descriptor)
                continue
            }
            // Who calls last is heard: one that says nothing must not stand in the way.
            caller = SupervisorConnection(descriptor: descriptor)
        }
    }

    func callerReady(_ revents: Int16) {
        guard let next = caller else { return }
        let (messages, isOpen) = next.receive()
        guard let first = messages.first else {
            if !isOpen { caller = nil }
            return
        }
        caller = nil
        guard case .hello(_, let room) = first else { return }
        // A queue's lock lets only one queue live: the earlier connection is of one that is gone.
        if connection != nil { loseQueue() }
        connection = next
        schedule.room = room
        mode = .owned
        SupervisorReport.hello(version: SupervisorRequest.version, pid: getpid(), state: state).write(to: &next.output)
        next.send(by: 0)
        tellUnacknowledged(journal.unacknowledged)
        for message in messages.dropFirst() { obey(message) }
        if !isOpen { loseQueue() }
    }

    func connectionReady(_ revents: Int16) {
        guard let connection else { return }
        if revents & Int16(POLLIN | POLLHUP | POLLERR) != 0 {
            let (messages, isOpen) = connection.receive()
            for message in messages { obey(message) }
            if !isOpen { loseQueue() }
        }
    }

    /// How long reports wait for others to go with them, in seconds: of what the queue may have to act upon, and of
    /// starts and successes while there is enough to start.
    static let reportDelays = (news: 0.02, others: 0.1)

    func flushConnection(_ now: Double) {
        guard let connection, !connection.output.isEmpty else { return }
        // Where slots are free, or soon will be, the queue is to know.
        connection.send(by: mode != .owned || schedule.isEmpty ? now : now + Self.reportDelays.others)
        guard connection.sendAt <= now || connection.interest & Int16(POLLOUT) != 0 else { return }
        if !connection.flush() { loseQueue() }
    }

    /// The queue is gone: what it has not seen started is for the next one.
    func loseQueue() {
        connection = nil
        if mode == .owned { mode = .unowned }
        for order in schedule.removeAll() { taken.remove(order.instanceKey) }
        endAnnounced()
    }

    private var state: SupervisorState {
        SupervisorState(
            running: announced.map(\.order.instanceKey) + running.values.map(\.order.instanceKey)
                + held.map(\.instance.order.instanceKey),
            waiting: schedule.elements.map(\.instanceKey))
    }

    private func obey(_ message: SupervisorRequest) {
        switch message {
        case .hello(_, let room): schedule.room = room
        case .submit(let orders):
            // What is here already, or was, is not taken again. After a stop nothing is started: it goes back at once.
            let new = orders.filter { taken.insert($0.instanceKey) }
            guard mode == .owned else { return giveBack(new) }
            for order in new { schedule.add(order, rank: order.rank, need: JobNeed(order.description.resources)) }
        case .recall:
            giveBack(schedule.removeAll())
            endAnnounced()
        case .cancel(let keys, let returning): cancel(keys, returningAttempt: returning)
        case .room(let room): schedule.room = room
        case .state(let number):
            // What has ended is spooled before it is missing here.
            spool()
            guard let connection else { return }
            SupervisorReport.state(number: number, state).write(to: &connection.output)
            connection.send(by: 0)
        case .stop(let ending): stop(ending: ending)
        }
    }

    private func giveBack(_ orders: [InstanceOrder]) {
        for order in orders { taken.remove(order.instanceKey) }
        guard let connection, !orders.isEmpty else { return }
        SupervisorReport.returned(orders.map(\.instanceKey)).write(to: &connection.output)
        connection.send(by: 0)
    }

    private func cancel(_ keys: [String], returningAttempt: Bool) {
        let wanted = Set(keys)
        endUnstarted(schedule.remove { wanted.contains($0.instanceKey) }, returningAttempt: returningAttempt)
        // Their RUNNING could not be spooled yet, so they have not begun.
        let begun = announced.filter { wanted.contains($0.order.instanceKey) }
        announced.removeAll { wanted.contains($0.order.instanceKey) }
        for instance in begun { schedule.giveBack(instance.share) }
        endUnstarted(begun.map(\.order), returningAttempt: returningAttempt)
        for id in keys.compactMap({ idOfKey[$0] }) {
            running[id]?.returningAttempt = returningAttempt
            loop.end(id, .cancelled)
        }
    }

    /// Those that could not be started yet will not be: their attempts count for nothing.
    private func endAnnounced() {
        let instances = announced
        announced = []
        for instance in instances { schedule.giveBack(instance.share) }
        endUnstarted(instances.map(\.order), returningAttempt: true)
    }

    private func endUnstarted(_ orders: [InstanceOrder], returningAttempt: Bool) {
        for order in orders {
            let outcome = Outcome(evidence: Evidence(cancelled: true), returnsAttempt: returningAttempt)
            noteOutcome(order.instanceKey, outcome, time.now())
        }
    }

    func stop(ending: Bool) {
        mode = .stopping
        giveBack(schedule.removeAll())
        endAnnounced()
        guard ending else { return }
        for id in running.keys {
            running[id]?.returningAttempt = true
            loop.end(id, .cancelled)
        }
    }
}
