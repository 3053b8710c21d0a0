import JobmonCore
import JobmonTestSupport
import Testing

@testable import JobmonQueue

/// The forms in which the queue holds a million jobs.
struct SmallMemoryTests {
    @Test("jobs are found by their numbers, in whatever order these come", arguments: 0..<20)
    func indexes(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var indexes = JobIndexes()
        var known: [Int64: Int] = [:]
        // Stretches with gaps, some jobs out of order.
        var jids: [Int64] = []
        var next: Int64 = Int64.random(in: 1...50, using: &random)
        for _ in 0..<300 {
            jids.append(next)
            next += Double.random(in: 0..<1, using: &random) < 0.9 ? 1 : Int64.random(in: 1...20, using: &random)
        }
        for _ in 0..<40 {
            jids.swapAt(Int.random(in: 0..<300, using: &random), Int.random(in: 0..<300, using: &random))
        }
        for (index, jid) in jids.enumerated() {
            #expect(indexes[jid] == nil)
            indexes.add(jid, at: index)
            known[jid] = index
            if index % 29 == 0 { for jid in 0...next { #expect(indexes[jid] == known[jid]) } }
        }
        for jid in -2...(next + 2) { #expect(indexes[jid] == known[jid]) }
    }

    @Test("a key comes back as it was")
    func keys() {
        let digits = "0123456789abcdeffedcba9876543210"
        for text in [
            digits, digits.uppercased(), "\(digits)#2", "", "fit", String(digits.dropLast()), "é\(digits.dropFirst(2))",
        ] {
            #expect(JobKey(text).text == text)
            #expect(NewJob(key: text, description: JobDescription(runfile: "x")).key == text)
        }
        #expect(JobKey(digits) != JobKey("1\(digits.dropFirst())"))
    }

    @Test("a job that waits for none takes little room")
    func sizes() {
        #expect(MemoryLayout<NewJob>.stride <= 72)
        #expect(MemoryLayout<QueueJob>.stride <= 112)
    }
}
