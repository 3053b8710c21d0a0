/// Which jobs the given jobs wait for, and an order in which they can run. Making it checks that every reference means
/// a job, and that no job waits for itself, directly or through others.
package struct DependencyPlan: Sendable {
    /// A job of the plan.
    package struct Job: Sendable {
        /// Where it is given, for messages: `jobs.jsonl, line 3`.
        package var place: String
        /// Its index among the resolver's candidates.
        package var index: Int
        /// What it waits for.
        package var references: [DependencyReference]

        package init(place: String, index: Int, references: [DependencyReference]) {
            self.place = place
            self.index = index
            self.references = references
        }
    }

    /// The candidates that each distinct reference means. Jobs share them: 10,000 jobs that wait for 10,000 others by
    /// the same pattern have one list.
    private let meant: Int32Lists
    /// The lists of `meant` that each job uses.
    private let uses: Int32Lists
    private let indexes: [Int32]

    /// The positions of the given jobs, so that each comes after those that it waits for. This is the order in which
    /// they were given wherever that is possible.
    package let order: [Int]

    /// - Throws: `.invalid`, with the jobs and the places at which they are given.
    package init(_ jobs: [Job], _ resolver: inout DependencyResolver) throws(Problem) {
        let (meant, uses) = try Self.resolve(jobs, &resolver)
        try Self.checkSelf(jobs, meant, uses, resolver)
        indexes = jobs.map { Int32($0.index) }
        let graph = DependencyOrder(indexes, meant, uses, candidates: resolver.candidates.count)
        switch graph.sort() {
        case .order(let order): self.order = order
        case .cycle(let positions): throw Self.cycle(positions.map { jobs[$0] }, &resolver)
        }
        self.meant = meant
        self.uses = uses
    }

    /// The number of jobs in the plan.
    package var count: Int { indexes.count }

    /// The candidates that the job at a position of the input waits for: sorted, each once.
    package func waits(at position: Int) -> [Int] {
        var candidates: [Int] = []
        for list in uses[position] { for candidate in meant[Int(list)] { candidates.append(Int(candidate)) } }
        return candidates.sortedUnique()
    }

    /// Adds all jobs to a graph. This is faster than by `waits(at:)` where jobs wait for many others.
    package func add(to graph: inout WaitGraph) {
        var lists: [WaitGraph.List?] = Array(repeating: nil, count: meant.count)
        for position in indexes.indices {
            for number in uses[position].lazy.map({ Int($0) }) {
                let list = lists[number] ?? graph.list(of: Array(meant[number]))
                lists[number] = list
                graph.add(Int(indexes[position]), list)
            }
        }
    }

    // MARK: References

    private static func resolve(
        _ jobs: [Job], _ resolver: inout DependencyResolver
    ) throws(Problem) -> (meant: Int32Lists, uses: Int32Lists) {
        var meant = Int32Lists()
        var uses = Int32Lists()
        var listOf: [DependencyReference: Int32] = [:]
        var missing: [(reference: DependencyReference, place: String)] = []
        for job in jobs {
            var lists: [Int32] = []
            for reference in job.references {
                if let known = listOf[reference] {
                    lists.append(known)
                    continue
                }
                let found = resolver.find(reference)
                if found.isEmpty { missing.append((reference, job.place)) }
                listOf[reference] = Int32(meant.count)
                lists.append(Int32(meant.count))
                meant.append(found.lazy.map { Int32($0) })
            }
            uses.append(lists.sortedUnique())
        }
        guard missing.isEmpty else { throw unknown(missing, &resolver) }
        return (meant, uses)
    }

    private static func checkSelf(
        _ jobs: [Job], _ meant: Int32Lists, _ uses: Int32Lists, _ resolver: DependencyResolver
    ) throws(Problem) {
        for (position, job) in jobs.enumerated() {
            let isOwn = uses[position].contains { meant[Int($0)].containsSorted(Int32(job.index)) }
            guard isOwn else { continue }
            throw waitsForItself(job, resolver)
        }
    }
}

extension ArraySlice where Element: Comparable {
    /// Whether a sorted list has an element.
    func containsSorted(_ element: Element) -> Bool {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = low + (high - low) / 2
            if self[middle] < element { low = middle + 1 } else { high = middle }
        }
        return low < endIndex && self[low] == element
    }
}
