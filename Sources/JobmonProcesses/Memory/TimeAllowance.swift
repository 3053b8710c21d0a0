/// Processor time that one kind of work may take. It grows with time and with the number of commands. What is not spent
/// is saved, up to a limit. A value without a clock: times are seconds of the monotonic clock.
struct TimeAllowance: Sendable {
    /// Seconds of processor time for each second and each running command.
    private let share: Double
    /// Seconds that are saved at most, while few commands run. So many are there at the beginning.
    private let most: Double
    /// For so many commands there is time even if fewer run. The more run, the less is saved: together they have time
    /// all the while.
    private let few: Int
    /// Seconds that are left; below 0: more was spent than there was.
    private(set) var left: Double
    private var grownUntil: Double?

    init(share: Double, most: Double, few: Int) {
        self.share = share
        self.most = most
        self.few = few
        left = most
    }

    mutating func grow(until now: Double, running: Int) {
        if let grownUntil, now > grownUntil { left += (now - grownUntil) * rate(running) }
        grownUntil = now
        left = min(left, limit(running))
    }

    mutating func spend(_ seconds: Double) { left -= seconds }

    /// When so many seconds will be left, or as many as can be saved.
    func moment(of seconds: Double, after now: Double, running: Int) -> Double {
        let wanted = min(seconds, limit(running))
        return left >= wanted ? now : now + (wanted - left) / rate(running)
    }

    /// Seconds of processor time for each second.
    func rate(_ running: Int) -> Double { share * Double(max(running, few)) }

    /// Seconds that are saved at most.
    func limit(_ running: Int) -> Double { most * Double(few) / Double(max(running, few)) }
}
