/// Decides which of the waiting elements starts next on one machine. A value without a clock and without I/O: times are
/// seconds of the monotonic clock.
///
/// The first in rank starts as soon as it fits. Until then, others that fit may start before it. If it has waited for
/// `patience` in this way, it reserves its room: from then on, another one starts only if it would still fit if the one that
/// waits ran already. So what runs at that moment is the most that it waits for.
package struct StartSchedule<Element: Sendable>: Sendable {
    /// What may be taken of the machine in all. It can change at any time; what runs stays.
    package var room: MachineRoom
    /// Seconds for which others may start before one that does not fit.
    private let patience: Double

    /// The number of slots and bytes that are taken, and the GPUs.
    private var slotsTaken = 0
    private var memoryTaken: Int64 = 0
    private var gpusTaken: Set<String> = []

    /// The waiting elements of one need. The first in rank of them stands for all: if it does not fit, none does.
    private struct Line: Sendable {
        let need: JobNeed
        var places = Heap<Place>()
        /// Since when the first one has waited although its turn had come; nil: it has not.
        var passedSince: Double?
    }

    private struct Place: Sendable, Comparable {
        var rank: StartRank
        /// The number of the element in `waiting`, and the order among equal ranks.
        var number: Int

        static func < (one: Place, other: Place) -> Bool {
            one.rank != other.rank ? one.rank < other.rank : one.number < other.number
        }
    }

    /// Lines without elements are removed: there may be as many needs as jobs.
    private var lines: [Line] = []
    private var lineOfNeed: [JobNeed: Int] = [:]
    private var waiting: [Int: Element] = [:]
    private var nextNumber = 0

    package init(_ room: MachineRoom, patience: Double = StartSchedule.usualPatience) {
        self.room = room
        self.patience = patience
    }

    /// A minute: long enough to use the machine fully beside a large job, and short against jobs that take hours.
    package static var usualPatience: Double { 60 }

    package var isEmpty: Bool { waiting.isEmpty }
    package var count: Int { waiting.count }

    /// The waiting elements, in the order in which they were added.
    package var elements: [Element] { waiting.sorted { $0.key < $1.key }.map(\.value) }

    // MARK: Waiting

    package mutating func add(_ element: Element, rank: StartRank, need: JobNeed) {
        let place = Place(rank: rank, number: nextNumber)
        nextNumber += 1
        waiting[place.number] = element
        let line: Int
        if let known = lineOfNeed[need] {
            line = known
        } else {
            line = lines.count
            lines.append(Line(need: need))
            lineOfNeed[need] = line
        }
        // One that comes before the first has not waited yet.
        if let first = lines[line].places.first, place < first { lines[line].passedSince = nil }
        lines[line].places.push(place)
    }

    /// Takes out the elements for which this holds. - Returns: them, in the order in which they were added.
    package mutating func remove(where isWanted: (Element) -> Bool) -> [Element] {
        let numbers = waiting.filter { isWanted($0.value) }.keys.sorted()
        let taken = numbers.compactMap { waiting.removeValue(forKey: $0) }
        if !taken.isEmpty { for line in lines.indices.reversed() { dropGone(line) } }
        return taken
    }

    package mutating func removeAll() -> [Element] {
        defer {
            waiting = [:]
            lines = []
            lineOfNeed = [:]
        }
        return elements
    }

    /// Removes from a line what was taken out, at its front, and the line itself if it is empty.
    private mutating func dropGone(_ line: Int) {
        while let first = lines[line].places.first, waiting[first.number] == nil {
            _ = lines[line].places.popFirst()
            lines[line].passedSince = nil
        }
        guard lines[line].places.isEmpty else { return }
        lineOfNeed[lines[line].need] = nil
        let last = lines.count - 1
        if line != last {
            lines.swapAt(line, last)
            lineOfNeed[lines[line].need] = line
        }
        lines.removeLast()
    }

    // MARK: Starting

    /// Takes the next element to start, and its share of the machine, which is taken until `giveBack`; nil: none fits now.
    package mutating func next(at now: Double) -> (element: Element, share: RoomShare)? {
        guard !lines.isEmpty else { return nil }
        guard let line = lines.count == 1 ? onlyLine(now) : nextLine(now) else { return nil }
        let need = lines[line].need
        guard let place = lines[line].places.popFirst(), let element = waiting.removeValue(forKey: place.number) else {
            return nil
        }
        lines[line].passedSince = nil
        dropGone(line)
        return (element, take(need))
    }

    private mutating func onlyLine(_ now: Double) -> Int? {
        if fits(lines[0].need) { return 0 }
        notePassed(0, now)
        return nil
    }

    /// The line whose first element starts next.
    private mutating func nextLine(_ now: Double) -> Int? {
        var first: Int?
        var next: Int?
        for line in lines.indices {
            if fits(lines[line].need) {
                if isBefore(line, next) { next = line }
            } else if room.canHold(lines[line].need) {
                // What can never run holds up nobody. (The totals were lowered.)
                notePassed(line, now)
                if isBefore(line, first) { first = line }
            }
        }
        guard let next, let first, isBefore(first, next), isReserving(first, now) else { return next }
        // Room is reserved: the first in rank of those that leave it.
        var best: Int?
        for line in lines.indices where fits(lines[line].need, beside: lines[first].need) {
            if isBefore(line, best) { best = line }
        }
        return best
    }

    private mutating func notePassed(_ line: Int, _ now: Double) {
        if lines[line].passedSince == nil { lines[line].passedSince = now }
    }

    private func isReserving(_ line: Int, _ now: Double) -> Bool {
        lines[line].passedSince.map { now - $0 >= patience } ?? false
    }

    /// Whether a line's first element comes before that of another line; a line that is not there is last.
    private func isBefore(_ line: Int, _ other: Int?) -> Bool {
        guard let other else { return true }
        guard let mine = lines[line].places.first, let its = lines[other].places.first else { return false }
        return mine < its
    }

    /// - Parameter other: the need of an element that has reserved its room.
    private func fits(_ need: JobNeed, beside other: JobNeed? = nil) -> Bool {
        guard slotsTaken + need.slots + (other?.slots ?? 0) <= room.slots else { return false }
        if need.memory > 0, let memory = room.memory {
            guard memoryTaken + need.memory + (other?.memory ?? 0) <= memory else { return false }
        }
        guard need.gpus > 0 else { return true }
        return room.gpus.count { !gpusTaken.contains($0) } >= need.gpus + (other?.gpus ?? 0)
    }

    // MARK: Room

    private mutating func take(_ need: JobNeed) -> RoomShare {
        slotsTaken += need.slots
        memoryTaken += need.memory
        guard need.gpus > 0 else { return RoomShare(need: need) }
        let gpus = Array(room.gpus.lazy.filter { [gpusTaken] in !gpusTaken.contains($0) }.prefix(need.gpus))
        gpusTaken.formUnion(gpus)
        return RoomShare(need: need, gpus: gpus)
    }

    /// What was taken is free again.
    package mutating func giveBack(_ share: RoomShare) {
        slotsTaken -= share.need.slots
        memoryTaken -= share.need.memory
        gpusTaken.subtract(share.gpus)
    }

    /// What is taken now.
    package var taken: JobNeed { JobNeed(slots: slotsTaken, memory: memoryTaken, gpus: gpusTaken.count) }
}
