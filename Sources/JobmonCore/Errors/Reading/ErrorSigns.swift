/// Which forms a text may have: found in one pass, so that only these are looked for line by line.
struct ErrorSigns: Sendable {
    private let found: PhraseSieve.Found

    private static let sieve = PhraseSieve(
        [SchedulerLine.phrases] + Launchers.all.map(\.signs) + ErrorReader.all.map(\.signs))

    init(of lines: ErrorLines) { found = Self.sieve.found(in: lines.all) }

    /// Schedulers may have written among the lines.
    var ofSchedulers: Bool { found[0] }

    /// A launcher may have, by its index in `Launchers.all`.
    func ofLauncher(_ index: Int) -> Bool { found[1 + index] }

    /// The lines may have the form of a reader, by its index in `ErrorReader.all`.
    func ofReader(_ index: Int) -> Bool { found[1 + Launchers.all.count + index] }
}
