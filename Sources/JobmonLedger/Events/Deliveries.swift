import JobmonCore

/// What senders delivered in a batch: in each delivery the sequence numbers and the sender's own numbers rise together.
struct Deliveries {
    struct Delivery {
        var sequence: Int64
        var count: Int64
        /// Of its first event; nil: its events have no identity.
        var identity: EventIdentity?
        /// One of its events at least is stored without sender and number.
        var isNeeded: Bool
    }

    private(set) var all: [Delivery] = []
    /// Places in `all`.
    private var bySender: [ExactText: [Int]] = [:]

    /// An event is stored under this number.
    mutating func note(_ sequence: Int64, _ identity: EventIdentity?, isBrief: Bool) {
        guard let last = all.indices.last, continues(all[last], sequence, identity) else {
            if let identity { bySender[ExactText(identity.sender), default: []].append(all.count) }
            all.append(Delivery(sequence: sequence, count: 1, identity: identity, isNeeded: isBrief))
            return
        }
        all[last].count += 1
        if isBrief { all[last].isNeeded = true }
    }

    private func continues(_ delivery: Delivery, _ sequence: Int64, _ identity: EventIdentity?) -> Bool {
        guard sequence == delivery.sequence + delivery.count else { return false }
        switch (delivery.identity, identity) {
        case (let first?, let next?):
            return next.seq - first.seq == delivery.count && next.sender.isExactly(first.sender)
        case (nil, nil): return true
        default: return false
        }
    }

    /// The number under which an event of this batch was stored; nil: it was not.
    func sequence(of identity: EventIdentity) -> Int64? {
        for place in (bySender[ExactText(identity.sender)] ?? []).reversed() {
            guard let first = all[place].identity else { continue }
            let offset = identity.seq - first.seq
            if offset >= 0, offset < all[place].count { return all[place].sequence + offset }
        }
        return nil
    }

    /// The highest number that a sender gave an event of this batch; nil: there is none.
    func highest(of sender: String) -> Int64? {
        bySender[ExactText(sender)]?.compactMap { place in all[place].identity.map { $0.seq + (all[place].count - 1) } }
            .max()
    }
}
