import JobmonCore
import JobmonTestSupport
import Testing

/// Which jobs of a queue wait for which others.
@Suite struct WaitGraphTests {
    @Test func jobsBecomeFree() {
        var graph = WaitGraph()
        graph.add(2, waitsFor: [0, 1, 1, 2])
        graph.add(3, waitsFor: [2])
        #expect(graph.isFree(0) && !graph.isFree(2) && !graph.isFree(3) && graph.isFree(99))
        #expect(
            graph.waits(of: 2) == [0, 1] && graph.dependents(of: 0) == [2] && graph.allDependents(of: 0) == [2, 3])
        var free = graph.satisfied(0)
        #expect(free == [] && graph.waits(of: 2) == [1])
        free = graph.satisfied(0)
        #expect(free == [])
        free = graph.satisfied(1)
        #expect(free == [2] && graph.isFree(2) && graph.waits(of: 2) == [])
        // What is COMPLETE holds up nobody, but the edge is known.
        graph.add(70, waitsFor: [0, 1])
        #expect(graph.isFree(70) && graph.dependents(of: 0) == [2, 70])
        // A job that is COMPLETE although it waited does not become free.
        graph.add(5, waitsFor: [4])
        free = graph.satisfied(5)
        #expect(free == [] && graph.isFree(5) && graph.waits(of: 5) == [])
        free = graph.satisfied(4)
        #expect(free == [])
    }

    @Test("many jobs that wait for the same many share one list")
    func groups() {
        var graph = WaitGraph()
        let first = Array(0..<1000)
        for job in 1000..<2000 { graph.add(job, waitsFor: first) }
        #expect(graph.dependents(of: 5) == Array(1000..<2000) && graph.waits(of: 1500) == first)
        var free: [Int] = []
        for job in first.dropLast() { free += graph.satisfied(job) }
        #expect(free == [] && graph.waits(of: 1999) == [999])
        graph.add(2000, waitsFor: first.reversed())
        free = graph.satisfied(999)
        #expect(free == Array(1000...2000))
        graph.add(2001, waitsFor: first)
        #expect(graph.isFree(2001))
    }

    // MARK: Random graphs

    @Test("a graph knows at any time who waits for whom", arguments: 0..<10)
    func randomGraphs(_ block: UInt64) {
        for seed in block * 50..<(block + 1) * 50 {
            var random = SeededGenerator(seed: seed)
            let count = Int.random(in: 2...40, using: &random)
            var graph = WaitGraph()
            var waits: [Int: Set<Int>] = [:]
            var complete: Set<Int> = []
            func isFree(_ job: Int) -> Bool { complete.contains(job) || waits[job, default: []].isSubset(of: complete) }
            func dependents(_ job: Int) -> [Int] { waits.filter { $0.value.contains(job) }.keys.sorted() }
            var stages: [[Int]] = []
            for _ in 0..<count {
                let job = Int.random(in: 1..<count, using: &random)
                if Bool.random(using: &random) {
                    var others = (0..<Int.random(in: 0...3, using: &random)).map { _ in
                        Int.random(in: 0..<job, using: &random)
                    }
                    // Long lists, some of them given before.
                    if Int.random(in: 0..<3, using: &random) == 0 {
                        let stage =
                            stages.filter { $0.allSatisfy { $0 < job } }.randomElement(using: &random)
                            ?? Array(0..<job).shuffled(using: &random).prefix(12).map { $0 }
                        stages.append(stage)
                        others += Bool.random(using: &random) ? stage : stage.reversed()
                        if Bool.random(using: &random) { others = stage }
                    }
                    graph.add(job, waitsFor: others)
                    waits[job, default: []].formUnion(others)
                } else {
                    let done = Int.random(in: 0..<count, using: &random)
                    let before = (0..<count).filter { !isFree($0) }
                    complete.insert(done)
                    let free = graph.satisfied(done)
                    #expect(free == before.filter { isFree($0) && $0 != done }, "seed \(seed)")
                }
                for job in 0..<count {
                    #expect(graph.isFree(job) == isFree(job), "seed \(seed), job \(job)")
                    let open = isFree(job) ? [] : waits[job, default: []].subtracting(complete).sorted()
                    #expect(graph.waits(of: job) == open, "seed \(seed), job \(job)")
                    #expect(graph.dependents(of: job) == dependents(job), "seed \(seed), job \(job)")
                }
                var all: Set<Int> = []
                var next = [job]
                while let one = next.popLast() {
                    for other in dependents(one) where all.insert(other).inserted { next.append(other) }
                }
                #expect(graph.allDependents(of: job) == all.sorted(), "seed \(seed), job \(job)")
            }
        }
    }
}
