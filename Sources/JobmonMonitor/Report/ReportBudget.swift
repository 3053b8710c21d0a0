import JobmonCore

/// How large a report may become, and what is left out of it to keep it so. The most important is asked for first.
struct ReportBudget: Sendable {
    /// What can be left out.
    enum Part: String, CaseIterable, Sendable {
        case list = "list of jobs"
        case view
        case colour = "colour of the mosaic"
        case filter
        case job = "single job"
    }

    private let limit: Int
    private(set) var used: Int
    private var leftOut: [Part: Int] = [:]

    /// - Parameters:
    ///   - jobs: the number of jobs in the ledger: up to 200,000 the file has at most 5 MB, beyond that at most 10 MB.
    ///   - used: bytes that the file has in any case.
    init(jobs: Int, used: Int) {
        // What follows the parts (the places of the answers) is not known before, and needs less than the difference.
        limit = jobs <= 200_000 ? 4_800_000 : 9_700_000
        self.used = used
    }

    /// Whether there is room for a part; if there is, it is taken.
    /// - Parameter count: how many of its kind it is.
    mutating func take(_ bytes: Int, for part: Part, count: Int = 1) -> Bool {
        guard used + bytes <= limit else {
            leftOut[part, default: 0] += count
            return false
        }
        used += bytes
        return true
    }

    /// What was left out, such as "3 filters".
    var sentences: [String] {
        Part.allCases.compactMap { part in
            guard let count = leftOut[part] else { return nil }
            switch part {
            case .list: return count == 1 ? "1 list of jobs" : "\(Units.grouped(count)) lists of jobs"
            case .colour: return count == 1 ? "1 colour of the mosaic" : "\(Units.grouped(count)) colours of the mosaic"
            case .view, .filter, .job: return Units.count(count, part.rawValue)
            }
        }
    }
}
