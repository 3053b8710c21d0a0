import JobmonCore

/// What is known of jobs with regard to one resource.
struct UsageCounts: Sendable, Equatable {
    /// Jobs that are COMPLETE.
    var finished = 0
    /// Those of them whose amount was measured, also if only a bound of it is known.
    var measured = 0
    /// Those of them of whose amount only a bound is known, upper or lower.
    var bounds = 0
    /// Jobs that were ended at their limit of this resource, and did not finish with a higher one.
    var ended = 0
    /// Jobs that still run.
    var running = 0
}

/// Why no request is recommended.
enum UsageRefusal: Equatable {
    /// So many jobs finished.
    case tooFew(Int)
    /// Of so many finished jobs too few were measured.
    case notMeasured(Int, of: Int)
    /// Of most jobs only a bound is known.
    case onlyBounds(Int, of: Int)
    /// Most jobs were ended at their limit.
    case endedAtLimit(Int, of: Int)
    /// Of so many jobs only a lower bound is known, and no amount is known to be as large.
    case beyond(Int, of: Int, running: Int)

    /// Nil: there is no ground in what is known of the jobs. Their amounts may be one (`beyond`).
    init?(_ sample: UsageSample, _ counts: UsageCounts) {
        let fewest = SizeRecommendation.fewestJobs
        if counts.ended * 2 > counts.finished + counts.ended, counts.ended > 0 {
            self = .endedAtLimit(counts.ended, of: counts.finished + counts.ended)
        } else if counts.finished < fewest {
            self = .tooFew(counts.finished)
        } else if counts.measured < fewest {
            self = .notMeasured(counts.measured, of: counts.finished)
        } else if counts.bounds * 2 > counts.measured || sample.known < fewest {
            self = .onlyBounds(counts.bounds, of: counts.measured)
        } else {
            return nil
        }
    }

    /// Without a full stop.
    var sentence: String {
        let fewest = SizeRecommendation.fewestJobs
        switch self {
        case .tooFew(0): return "no job finished; \(fewest) are needed"
        case .tooFew(let count): return "only \(Units.count(count, "job")) finished; \(fewest) are needed"
        case .notMeasured(0, let finished):
            return "it was not measured in any of the \(Units.count(finished, "job")) that finished"
        case .notMeasured(let count, let finished):
            return "it was measured in only \(count) of the \(Units.count(finished, "job")) that finished; "
                + "\(fewest) are needed"
        case .onlyBounds(let count, let all):
            return "only a bound is known in \(Units.grouped(count)) of \(Units.count(all, "job"))"
        case .endedAtLimit(let count, let all):
            return "\(Units.grouped(count)) of \(Units.count(all, "job")) were ended at their limit: request more first"
        case .beyond(let count, let all, let running):
            let why = running > 0 ? " (\(Units.grouped(running)) still run)" : ""
            return "\(Units.grouped(count)) of \(Units.count(all, "job")) needed more than any known amount\(why)"
        }
    }
}
