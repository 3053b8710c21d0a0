/// A command that the hook stands in front of.
package enum HookedCommand: String, Sendable, CaseIterable {
    case sbatch
    case qsub
    case srun
    case qrsh

    /// The command that this program was started as, by its first argument; nil: as itself.
    package init?(startedAs path: String) {
        self.init(rawValue: String(path[(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)...]))
    }

    /// It reads files of options that go for every submission (`RequestFile`).
    var readsRequestFiles: Bool {
        switch self {
        case .sbatch, .srun: false
        case .qsub, .qrsh: true
        }
    }

    /// What its options are.
    var options: OptionTable {
        switch self {
        case .sbatch: .sbatch
        case .srun: .srun
        case .qsub, .qrsh: .gridEngine
        }
    }
}
