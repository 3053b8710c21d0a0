import ArgumentParser
import JobmonCore

/// Numbers of jobs as they are typed: `4`, `3-9`.
package struct JobNumbers: Sendable, Equatable, ExpressibleByArgument {
    package let range: ClosedRange<Int64>

    /// More jobs than this are not named one by one.
    package static let most = 10_000

    /// Nil for what is neither a number from 1 nor a range of them that rises.
    package init?(argument: String) {
        let parts = argument.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count <= 2, let first = Int64(parts[0]), let last = Int64(parts[parts.count - 1]), first > 0,
            first <= last, last - first < Self.most
        else { return nil }
        range = first...last
    }

    /// The numbers of some jobs, each once, in the order in which they were typed.
    package static func all(_ numbers: [JobNumbers]) -> [Int64] {
        var seen: Set<Int64> = []
        return numbers.flatMap { Array($0.range) }.filter { seen.insert($0).inserted }
    }
}
