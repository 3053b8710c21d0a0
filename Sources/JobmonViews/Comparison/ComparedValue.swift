import JobmonCore

/// A value that jobs have in common, with how many of them have it: a row of the query of `JobComparison`.
struct ComparedValue {
    let concentration: Concentration
    /// The job that is compared has it.
    let isOwn: Bool
    /// Values that were counted in all: those that at least two jobs have, failed or not.
    let compared: Int

    /// What is compared besides params, with the number that stands for it in the query.
    enum Place: Int, CaseIterable {
        case host = 1
        case schedulerQueue = 2
        case hour = 3
        case memory = 4

        /// The column of the sample.
        var column: String {
            switch self {
            case .host: "host"
            case .schedulerQueue: "scheduler_queue"
            case .hour: "hour"
            case .memory: "memory"
            }
        }

        fileprivate func words(_ value: JSON) -> String {
            let text = value.plainText
            switch self {
            case .host: return "on host \(text)"
            case .schedulerQueue: return "in the scheduler's queue \(text)"
            case .hour: return "first started between \(text.replacing("T", with: " ")):00 and :59 UTC"
            case .memory:
                guard case .int(let bytes) = value else { return "with \(text) of memory requested" }
                return "with \(Units.bytes(bytes)) of memory requested"
            }
        }
    }

    /// - Parameter row: place (0: a param), type in JSON and name of the param, value, failed jobs and jobs that worked
    ///   with it, whether the job that is compared has it, values in all, failed jobs and jobs that worked in all.
    init?(_ row: [JSON]) {
        guard row.count == 10 else { return nil }
        let numbers = row.map { Int($0.integer ?? 0) }
        let property: String
        if let place = Place(rawValue: numbers[0]) {
            property = place.words(row[3])
        } else {
            // SQLite has 1, 0 and NULL for them.
            let type = row[1].plainText
            let value = ["true", "false", "null"].contains(type) ? type : row[3].plainText
            property = "\(row[2].plainText)=\(value)"
        }
        concentration = Concentration(
            property: property, failedWith: numbers[4], failed: numbers[8], workedWith: numbers[5], worked: numbers[9])
        isOwn = numbers[6] != 0
        compared = numbers[7]
    }
}
