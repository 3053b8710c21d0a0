/// Sorts the jobs of a plan, or finds a cycle. In steps, never by recursion: a chain can have a million jobs.
///
/// Jobs are known by their positions in the input. What jobs wait for are lists, which they share; a list counts as a
/// step between its jobs and those that wait for them. So the time depends on the lengths of the lists, not on the
/// number of pairs.
struct DependencyOrder {
    enum Result {
        /// All positions, each after those that it waits for.
        case order([Int])
        /// Positions of which each waits for the next one, and the last one for the first.
        case cycle([Int])
    }

    /// The positions in each list.
    private let members: Int32Lists
    /// The lists that each position waits for.
    private let uses: Int32Lists

    /// - Parameters:
    ///   - indexes: the candidate of each position. More than one position can have the same.
    ///   - meant: candidates in lists. Those that no position has are not of interest here.
    init(_ indexes: [Int32], _ meant: Int32Lists, _ uses: Int32Lists, candidates: Int) {
        let positions = Int32Lists(count: candidates) { put in
            for (position, index) in indexes.enumerated() { put(Int(index), Int32(position)) }
        }
        var members = Int32Lists()
        for list in 0..<meant.count {
            members.append(meant[list].lazy.flatMap { positions[Int($0)] })
        }
        self.members = members
        self.uses = uses
    }

    func sort() -> Result {
        if isSorted { return .order(Array(0..<uses.count)) }
        let usersOfList = uses.inverted(count: members.count)
        let listsOfMember = members.inverted(count: uses.count)
        var openMembers = (0..<members.count).map { Int32(members[$0].count) }
        var openLists = (0..<uses.count).map { position in
            Int32(uses[position].count { openMembers[Int($0)] > 0 })
        }
        var order: [Int] = []
        order.reserveCapacity(uses.count)
        var free = Heap<Int32>()
        for position in openLists.indices where openLists[position] == 0 { free.push(Int32(position)) }
        while let position = free.popFirst() {
            order.append(Int(position))
            for list in listsOfMember[Int(position)] {
                openMembers[Int(list)] -= 1
                guard openMembers[Int(list)] == 0 else { continue }
                for user in usersOfList[Int(list)] {
                    openLists[Int(user)] -= 1
                    if openLists[Int(user)] == 0 { free.push(user) }
                }
            }
        }
        return order.count == uses.count ? .order(order) : .cycle(cycle(openLists, openMembers))
    }

    /// Whether each job comes after those that it waits for, as in most inputs.
    private var isSorted: Bool {
        let last = (0..<members.count).map { members[$0].max() ?? -1 }
        return (0..<uses.count).allSatisfy { position in uses[position].allSatisfy { last[Int($0)] < position } }
    }

    /// A cycle among the positions that have open lists. Each of them waits for another one, so the way from one to the
    /// next leads into a cycle.
    private func cycle(_ openLists: [Int32], _ openMembers: [Int32]) -> [Int] {
        // The member of each list to go on with, so that a long list is searched only once.
        var nextOfList: [Int32: Int] = [:]
        var stepOf: [Int: Int] = [:]
        var way: [Int] = []
        var position = openLists.firstIndex { $0 > 0 }
        while let here = position {
            if let start = stepOf[here] { return Self.rotated(Array(way[start...])) }
            stepOf[here] = way.count
            way.append(here)
            guard let list = uses[here].first(where: { openMembers[Int($0)] > 0 }) else { break }
            let next = nextOfList[list] ?? members[Int(list)].first { openLists[Int($0)] > 0 }.map { Int($0) }
            nextOfList[list] = next
            position = next
        }
        return way
    }

    /// The cycle from its first position in the input.
    private static func rotated(_ cycle: [Int]) -> [Int] {
        guard let least = cycle.min(), let start = cycle.firstIndex(of: least) else { return cycle }
        return Array(cycle[start...] + cycle[..<start])
    }
}
