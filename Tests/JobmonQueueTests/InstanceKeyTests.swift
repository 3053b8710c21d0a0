import JobmonCore
import Testing

@testable import JobmonQueue

@Suite struct InstanceKeyTests {
    @Test("keys of instances are UUIDs of version 7, in the order of their time")
    func keys() throws {
        let random = RandomSource.system
        var seen: Set<String> = []
        var last = ""
        for milliseconds in stride(from: Int64(1_700_000_000_000), to: 1_700_000_100_000, by: 50) {
            let key = random.uuid(at: Timestamp(milliseconds: milliseconds))
            #expect(key.utf8.count == 36)
            let parts = key.split(separator: "-")
            #expect(parts.map(\.count) == [8, 4, 4, 4, 12])
            #expect(Int64(parts[0] + parts[1], radix: 16) == milliseconds)
            #expect(parts[2].first == "7")
            #expect(parts[3].first.map { "89ab".contains($0) } == true)
            #expect(key > last)
            last = key
            #expect(seen.insert(key).inserted)
        }
        let moment = Timestamp(milliseconds: 1_700_000_000_000)
        let together = (0..<10000).map { _ in random.uuid(at: moment) }
        #expect(Set(together).count == together.count)
    }
}
