/// The version of a scheduler, as its own commands state it.
package struct SchedulerVersion: Sendable, Equatable {
    /// The product by its short name: `slurm`, `slurm-wlm`, `SGE`, `OGS/GE`, `UGE`, `OCS`, `GCS`.
    package var product: String
    /// The version as it is written, such as `25.11.0-0rc1`, `6.2u5` or `2011.11p1`.
    package var text: String
    /// The numbers of the version, in order.
    private let numbers: [Int]

    /// Reads what a command prints: the first line that is a product of the scheduler and its version, such as
    /// `slurm 22.05.8`. What a site's own scripts print before it is passed over; nil: there is no such line.
    package init?(output: String, of scheduler: ClusterScheduler) {
        for line in output.split(whereSeparator: \.isNewline).prefix(20) {
            if let version = Self(line: line), scheduler.signs.isProduct(version.product) {
                self = version
                return
            }
        }
        return nil
    }

    private init?(line: Substring) {
        let words = line.split(separator: " ")
        guard (2...4).contains(words.count), let initial = words[0].first, initial.isLetter,
            words[1].first?.isNumber == true, words[1].contains(".")
        else { return nil }
        product = String(words[0])
        text = String(words[1])
        numbers = text.split { !$0.isNumber }.compactMap { Int($0) }
    }

    /// Whether it is this version or a later one. What is not given counts as 0.
    package func isAtLeast(_ other: Int...) -> Bool {
        let own = numbers + Array(repeating: 0, count: max(0, other.count - numbers.count))
        return !own.lexicographicallyPrecedes(other)
    }

    /// Open Cluster Scheduler and Gridware Cluster Scheduler, of Grid Engine's descendants. No other one has such a number:
    /// they end with 8.9, or count years (2011.11 is older).
    package var isClusterScheduler: Bool { isAtLeast(9) && !isAtLeast(100) }
}

extension SchedulerVersion: CustomStringConvertible {
    package var description: String { "\(product) \(text)" }
}
