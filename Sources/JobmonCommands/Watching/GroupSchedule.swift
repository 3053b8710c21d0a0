/// When `watch` reads the groups of errors: only if there are errors that it has not read, one reading at a time, and
/// so rarely that slow answers cost the monitor little. Times are seconds of the monotonic clock.
struct GroupSchedule {
    /// The minimum seconds from the beginning of a reading to that of the next.
    static let interval = 1.0
    /// The pause after a reading, as a multiple of its duration, and its maximum in seconds.
    static let pause = 9.0
    static let longestPause = 60.0
    /// Seconds after which a reading is slow.
    static let slow = 10.0

    /// When the present reading began; nil: there is none.
    private var begun: Double?
    private var notBefore = -Double.infinity
    /// The number of errors at the beginning of the latest reading; nil: read again in any case.
    private var known: Int? = 0

    /// Whether to begin a reading now; then it has begun.
    /// - Parameter errors: the number of errors in the ledger.
    mutating func begins(errors: Int, at now: Double) -> Bool {
        guard begun == nil, now >= notBefore, errors != known else { return false }
        begun = now
        known = errors
        return true
    }

    /// The reading is over.
    /// - Parameter isWhole: whether it succeeded, and all errors are grouped; else it is repeated.
    mutating func ends(isWhole: Bool, at now: Double) {
        guard let start = begun else { return }
        begun = nil
        notBefore = max(start + Self.interval, now + min(Self.longestPause, Self.pause * (now - start)))
        if !isWhole { known = nil }
    }

    func isSlow(at now: Double) -> Bool { begun.map { now - $0 > Self.slow } ?? false }
}
