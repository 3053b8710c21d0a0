import ArgumentParser
import JobmonCore

/// Numbers of jobs that are shown one by one, as they are typed: `4`, `3-9`.
package struct JobNumberArgument: Sendable, Equatable, ExpressibleByArgument {
    private let numbers: JobNumbers

    /// More jobs than this are not named one by one.
    package static let most = 10_000

    /// Nil for what is neither a number from 1 nor a range of them that rises.
    package init?(argument: String) {
        guard let numbers = try? JobNumbers(parsing: argument), numbers.count <= Self.most else { return nil }
        self.numbers = numbers
    }

    /// The numbers of some jobs, each once, in the order in which they were typed.
    package static func all(_ arguments: [JobNumberArgument]) -> [Int64] {
        var seen: Set<Int64> = []
        return arguments.flatMap(\.numbers.all).filter { seen.insert($0).inserted }
    }
}
