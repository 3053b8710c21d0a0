/// Which jobs of a queue wait for which others, and which of them are COMPLETE. Jobs are small numbers from 0.
///
/// Only jobs that wait or are waited for cost memory, about 60 bytes each and 16 bytes for each edge. A longer list of
/// jobs that many others wait for, such as all jobs of the stage before, is kept once, as a group between them: n jobs
/// that wait for the same m cost n + m edges, not n times m.
package struct WaitGraph: Sendable {
    /// A job with edges, or a group. A group waits for its members, and jobs wait for it.
    private struct Node: Sendable {
        /// The index of the job; negative for a group.
        var job: Int32
        /// How many of the nodes it waits for are neither COMPLETE nor free.
        var open: Int32 = 0
        /// The first of its edges to nodes that wait for it, and to those that it waits for.
        var firstDown = noEdge
        var firstUp = noEdge

        var isGroup: Bool { job < 0 }
    }

    /// An edge, which is in two linked lists.
    private struct Edge: Sendable {
        var up: Int32
        var down: Int32
        /// The next edge of the same upper node, and of the same lower node.
        var nextOfUp: Int32
        var nextOfDown: Int32
    }

    private static let noEdge: Int32 = -1
    private static let groupMark: Int32 = -1
    /// Shorter lists than this are not looked up among the groups.
    private static let shortestGroup = 8

    private var nodes: [Node] = []
    private var edges: [Edge] = []
    private var nodeOfJob: [Int32: Int32] = [:]
    private var nodeOfGroup: [[Int32]: Int32] = [:]
    /// One bit for each job that is COMPLETE.
    private var completeBits: [UInt64] = []

    package init() {}

    // MARK: Changes

    /// A job waits for these, in addition to those that it waits for already. Those that are COMPLETE do not hold it
    /// up. Itself in the list is ignored.
    package mutating func add(_ index: Int, waitsFor others: [Int]) {
        let members = others.lazy.filter { $0 != index }.map { Int32($0) }.sortedUnique()
        add(index, list(of: members))
    }

    /// A list of jobs that others wait for, as the graph keeps it.
    enum List {
        case jobs([Int32])
        case group(Int32)
    }

    /// - Parameter members: sorted, each once.
    mutating func list(of members: [Int32]) -> List {
        members.count < Self.shortestGroup ? .jobs(members) : .group(node(ofGroup: members))
    }

    /// A job waits for the members of a list of this graph, which must not contain the job itself.
    mutating func add(_ index: Int, _ list: List) {
        switch list {
        case .jobs([]): return
        case .jobs(let members):
            let down = node(ofJob: Int32(index))
            for member in members { connect(node(ofJob: member), down) }
        case .group(let node): connect(node, self.node(ofJob: Int32(index)))
        }
    }

    /// A job is COMPLETE, which is final. - Returns: the jobs that wait for nothing more because of it, sorted. Those
    /// that are COMPLETE themselves are not among them.
    package mutating func satisfied(_ index: Int) -> [Int] {
        guard !isComplete(index) else { return [] }
        setComplete(index)
        guard let node = nodeOfJob[Int32(index)] else { return [] }
        var free: [Int] = []
        var closed = [node]
        while let up = closed.popLast() {
            var edge = nodes[Int(up)].firstDown
            while edge != Self.noEdge {
                let down = Int(edges[Int(edge)].down)
                nodes[down].open -= 1
                if nodes[down].open == 0 {
                    if nodes[down].isGroup {
                        closed.append(Int32(down))
                    } else if !isComplete(Int(nodes[down].job)) {
                        free.append(Int(nodes[down].job))
                    }
                }
                edge = edges[Int(edge)].nextOfUp
            }
        }
        return free.sorted()
    }

    private mutating func node(ofJob job: Int32) -> Int32 {
        if let known = nodeOfJob[job] { return known }
        let node = Int32(nodes.count)
        nodes.append(Node(job: job))
        nodeOfJob[job] = node
        return node
    }

    private mutating func node(ofGroup members: [Int32]) -> Int32 {
        if let known = nodeOfGroup[members] { return known }
        let node = Int32(nodes.count)
        nodes.append(Node(job: Self.groupMark))
        nodeOfGroup[members] = node
        for member in members { connect(self.node(ofJob: member), node) }
        return node
    }

    private mutating func connect(_ up: Int32, _ down: Int32) {
        let edge = Int32(edges.count)
        edges.append(
            Edge(up: up, down: down, nextOfUp: nodes[Int(up)].firstDown, nextOfDown: nodes[Int(down)].firstUp))
        nodes[Int(up)].firstDown = edge
        nodes[Int(down)].firstUp = edge
        if isOpen(up) { nodes[Int(down)].open += 1 }
    }

    private func isOpen(_ node: Int32) -> Bool {
        let node = nodes[Int(node)]
        return node.isGroup ? node.open > 0 : !isComplete(Int(node.job))
    }

    // MARK: COMPLETE jobs

    private func isComplete(_ index: Int) -> Bool {
        let word = index / 64
        return word < completeBits.count && completeBits[word] & 1 << (index % 64) != 0
    }

    private mutating func setComplete(_ index: Int) {
        let word = index / 64
        while completeBits.count <= word { completeBits.append(0) }
        completeBits[word] |= 1 << (index % 64)
    }

    // MARK: Questions

    /// Whether a job waits for nothing: it never did, all that it waited for are COMPLETE, or it is COMPLETE itself.
    package func isFree(_ index: Int) -> Bool {
        guard let node = nodeOfJob[Int32(index)] else { return true }
        return nodes[Int(node)].open == 0 || isComplete(index)
    }

    /// The jobs that a job still waits for, sorted.
    package func waits(of index: Int) -> [Int] {
        guard !isFree(index), let node = nodeOfJob[Int32(index)] else { return [] }
        var jobs: [Int] = []
        forEachUp(node) { up in
            guard isOpen(up) else { return }
            if nodes[Int(up)].isGroup {
                forEachUp(up) { member in if isOpen(member) { jobs.append(Int(nodes[Int(member)].job)) } }
            } else {
                jobs.append(Int(nodes[Int(up)].job))
            }
        }
        return jobs.sortedUnique()
    }

    /// A job that a job still waits for, and for which this holds; nil: there is none.
    package func firstWait(of index: Int, where holds: (Int) -> Bool) -> Int? {
        guard !isFree(index), let node = nodeOfJob[Int32(index)] else { return nil }
        var edge = nodes[Int(node)].firstUp
        while edge != Self.noEdge {
            let up = edges[Int(edge)].up
            if nodes[Int(up)].isGroup {
                var member = nodes[Int(up)].firstUp
                while member != Self.noEdge {
                    let job = edges[Int(member)].up
                    if isOpen(job), holds(Int(nodes[Int(job)].job)) { return Int(nodes[Int(job)].job) }
                    member = edges[Int(member)].nextOfDown
                }
            } else if isOpen(up), holds(Int(nodes[Int(up)].job)) {
                return Int(nodes[Int(up)].job)
            }
            edge = edges[Int(edge)].nextOfDown
        }
        return nil
    }

    /// Whether jobs were added to wait for a job.
    package func hasDependents(_ index: Int) -> Bool {
        guard !nodes.isEmpty, let node = nodeOfJob[Int32(index)] else { return false }
        return nodes[Int(node)].firstDown != Self.noEdge
    }

    /// The jobs that were added to wait for a job, sorted, whether it or they are COMPLETE or not.
    package func dependents(of index: Int) -> [Int] {
        guard let node = nodeOfJob[Int32(index)] else { return [] }
        var jobs: [Int] = []
        forEachDown(node) { down in
            if nodes[Int(down)].isGroup {
                forEachDown(down) { jobs.append(Int(nodes[Int($0)].job)) }
            } else {
                jobs.append(Int(nodes[Int(down)].job))
            }
        }
        return jobs.sortedUnique()
    }

    /// The jobs that wait for a job, those that wait for these, and so on: sorted, each once, without the job itself.
    package func allDependents(of index: Int) -> [Int] {
        guard let start = nodeOfJob[Int32(index)] else { return [] }
        var jobs: [Int] = []
        var seen: Set<Int32> = [start]
        var next = [start]
        while let node = next.popLast() {
            forEachDown(node) { down in
                guard seen.insert(down).inserted else { return }
                next.append(down)
                if !nodes[Int(down)].isGroup { jobs.append(Int(nodes[Int(down)].job)) }
            }
        }
        return jobs.sorted()
    }

    private func forEachDown(_ node: Int32, _ body: (Int32) -> Void) {
        var edge = nodes[Int(node)].firstDown
        while edge != Self.noEdge {
            body(edges[Int(edge)].down)
            edge = edges[Int(edge)].nextOfUp
        }
    }

    private func forEachUp(_ node: Int32, _ body: (Int32) -> Void) {
        var edge = nodes[Int(node)].firstUp
        while edge != Self.noEdge {
            body(edges[Int(edge)].up)
            edge = edges[Int(edge)].nextOfDown
        }
    }
}
