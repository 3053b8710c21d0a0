import JobmonCore

/// What was seen of a command's memory so far, and when it is looked at next. A rule without a clock and without I/O:
/// times are seconds of the monotonic clock.
///
/// A look costs little, but counts a page once for each process that has it. So where several processes have memory, and
/// their sum exceeds the highest memory known so far, the kernel has to count the pages. Its cost grows with the memory,
/// so it is not always done: what is added to the sum after a count is then added to the count.
struct MemoryWatch: Sendable {
    /// Seconds from the start to the first look. Commands that live shorter are not looked at.
    static let first = 0.1
    /// Seconds between two looks at most.
    static let longest = 15.0
    /// Seconds between two counts, at least and at most, unless the sum has doubled: processes may make pages that they
    /// share their own, which changes no sum.
    private static let pauses = (shortest: 0.2, longest: 60.0)
    /// The maximum share of time that counts of one command take.
    private static let shareOfCounts = 0.05

    /// The same for commands whose memory is limited: a machine's memory can be full within seconds.
    static let longestOfLimited = 0.5
    /// Its memory is limited, so that it must be looked at, whatever that costs.
    let isLimited: Bool
    /// When it is looked at next.
    private(set) var lookAt: Double
    private var interval = 0.0

    /// The highest memory of which each page is counted once.
    private var exact: Int64 = 0
    /// The highest memory by counts that the kernel could not do exactly, or by looks on an old kernel.
    private var rough: Int64 = 0
    /// The highest memory of looks after which pages could not be counted, and the sum of that look.
    private var estimate: (bytes: Int64, sum: Int64, isSum: Bool) = (0, 0, false)
    /// The most that one process had mapped from files.
    private var mapped: Int64 = 0
    /// At some look, several processes had memory that matters.
    private var hadSeveral = false
    /// The latest count, and the sum of its look.
    private var counted: (bytes: Int64, sum: Int64, at: Double)?
    private var pause = pauses.shortest
    /// The sum of the latest look.
    private var latest: Int64 = 0

    init(begun: Double, isLimited: Bool = false) {
        self.isLimited = isLimited
        lookAt = begun + Self.first
    }

    /// The memory that a look shows beyond a limit, in bytes; nil: it does not, or not for certain. A page that several
    /// processes have is not counted twice.
    /// - Parameter count: what was counted at that look; nil: nothing was.
    static func excess(over limit: Int64, _ look: MemoryLook, _ count: MemoryCount?) -> Int64? {
        guard !look.isRough else { return nil }
        if let count, count.isExact { return count.bytes > limit ? count.bytes : nil }
        return look.largest > limit ? look.largest : nil
    }

    /// It was looked at, or that was tried.
    var wasLookedAt: Bool { interval > 0 }

    /// Whether to look at it in a round that takes place now: most of the interval is over.
    func isDue(_ now: Double) -> Bool { lookAt - interval / 4 <= now }

    /// Whether a look shows that pages must be counted.
    func needsCount(_ look: MemoryLook, at now: Double) -> Bool {
        guard !look.isRough, !look.isOfOneProcess, look.sum > max(exact, rough) else { return false }
        guard let counted else { return true }
        return look.sum / 2 > counted.sum || now - counted.at >= pause
    }

    /// Whether a look shows about as much as the one before.
    func isSteady(_ look: MemoryLook) -> Bool { abs(look.sum - latest) <= latest / 10 + (1 << 20) }

    /// Takes the result of a look, and decides when the next one is.
    /// - Parameter count: what was counted; nil: nothing was.
    mutating func take(_ look: MemoryLook, _ count: MemoryCount?, at now: Double) {
        let before = highest
        hadSeveral = hadSeveral || !look.isOfOneProcess
        mapped = max(mapped, look.mapped)
        if let count {
            if count.isExact { exact = max(exact, count.bytes) } else { rough = max(rough, count.bytes) }
            counted = (count.bytes, look.sum, now)
            // It shows what earlier looks at as much were.
            if estimate.sum <= look.sum + look.sum / 10 { estimate = (0, 0, false) }
        } else if look.isRough {
            rough = max(rough, look.sum)
        } else if look.isOfOneProcess {
            exact = max(exact, look.sum)
        } else {
            let bytes = counted.map { $0.bytes + max(0, look.sum - $0.sum) } ?? look.sum
            if bytes > estimate.bytes { estimate = (bytes, look.sum, counted == nil) }
        }
        let grows = wasLookedAt && highest > before + max(256 << 10, before / 50)
        if let count {
            pause = grows ? max(Self.pauses.shortest, pause / 2) : min(Self.pauses.longest, pause * 2)
            pause = max(pause, count.cost / Self.shareOfCounts)
        }
        latest = look.sum
        pace(now, faster: grows)
    }

    /// It could not be looked at.
    mutating func postpone(_ now: Double) { pace(now, faster: false) }

    private mutating func pace(_ now: Double, faster: Bool) {
        if interval == 0 {
            interval = Self.first
        } else {
            let longest = isLimited ? Self.longestOfLimited : Self.longest
            interval = faster ? max(Self.first, interval / 2) : min(longest, interval * 2)
        }
        lookAt = now + interval
    }

    private var highest: Int64 { max(exact, rough, estimate.bytes) }

    /// The peak that follows; nil: nothing was seen.
    /// - Parameter largest: the peak of the resident memory of its largest process, by the kernel; nil: it is not known.
    func peak(largest: Int64?) -> MemoryPeak? {
        guard highest > 0 else { return nil }
        var peak = MemoryPeak(bytes: exact, source: .pss)
        if rough > exact { peak = MemoryPeak(bytes: rough, source: .rss, bound: .atMost) }
        // An estimate that is hardly higher says nothing new.
        if estimate.bytes > peak.bytes + peak.bytes / 10 + (1 << 20) {
            peak = MemoryPeak(bytes: estimate.bytes, source: .rss, bound: estimate.isSum ? .atMost : nil)
        }
        // Of one process the kernel saw more than all looks, even without what is mapped from files: they came too early
        // or too late.
        if let largest, largest > peak.bytes + mapped + max(1 << 20, largest / 20) {
            return MemoryPeak(bytes: largest, source: .rss, bound: hadSeveral ? nil : .atMost)
        }
        return peak
    }
}
