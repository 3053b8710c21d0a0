import ArgumentParser
import JobmonCore

/// Numbers of jobs that are shown one by one, as typed: `4`, `3-9`.
package struct JobNumberArgument: Sendable, Equatable, ExpressibleByArgument {
    private let numbers: JobNumbers

    /// The maximum number of jobs in one range.
    package static let most = 10_000

    /// Nil if the text is neither a number from 1 nor an ascending range.
    package init?(argument: String) {
        guard let numbers = try? JobNumbers(parsing: argument), numbers.count <= Self.most else { return nil }
        self.numbers = numbers
    }

    /// The numbers, each once, in the order in which they were typed.
    package static func all(_ arguments: [JobNumberArgument]) -> [Int64] {
        var seen: Set<Int64> = []
        return arguments.flatMap(\.numbers.all).filter { seen.insert($0).inserted }
    }
}
