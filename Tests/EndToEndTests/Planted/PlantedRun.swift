import Foundation
import JobmonTestSupport

/// The jobs of a run in which causes of failure are planted: a fifth of them fail.
struct PlantedRun {
    struct Job {
        /// Its number, from 1; a param.
        var run = 0
        /// A param.
        var site: String
        /// A param.
        var year: Int
        /// Its place in `PlantedCause.all`; nil: the job succeeds.
        var cause: Int?
    }

    /// The size at which each cause has its share of jobs.
    static let fewest = 480
    static let crowdedSite = "kenya"
    private static let sites = [
        crowdedSite, "peru", "nepal", "ghana", "chile", "laos", "oman", "malta", "cuba", "fiji",
    ]

    /// In the order of the job file.
    let jobs: [Job]

    init(count: Int, seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var causes: [Int?] = []
        for (index, cause) in PlantedCause.all.enumerated() {
            causes += [Int?](repeating: index, count: cause.jobs(of: count))
        }
        causes += [Int?](repeating: nil, count: max(0, count - causes.count))
        // Of a cause that is at no certain site, and of the jobs that succeed, each site has as many as any other.
        var turn = 0
        var jobs: [Job] = []
        for cause in causes {
            let isAtOneSite = cause.map { PlantedCause.all[$0].isAtOneSite } ?? false
            let site = isAtOneSite ? Self.crowdedSite : Self.sites[turn % Self.sites.count]
            if !isAtOneSite { turn += 1 }
            jobs.append(Job(site: site, year: Int.random(in: 1990...2019, using: &random), cause: cause))
        }
        jobs.shuffle(using: &random)
        for index in jobs.indices { jobs[index].run = index + 1 }
        self.jobs = jobs
    }

    /// The runs that fail for a cause.
    func runs(_ cause: Int) -> Set<Int> { Set(jobs.filter { $0.cause == cause }.map(\.run)) }

    /// The runs that fail.
    var failing: Set<Int> { Set(jobs.filter { $0.cause != nil }.map(\.run)) }

    /// The job file, in JSON lines.
    func text() throws -> String {
        try jobs.map { String(decoding: try $0.line(), as: UTF8.self) }.joined(separator: "\n")
    }
}

extension PlantedRun.Job {
    /// Its line in the job file.
    fileprivate func line() throws -> Data {
        let params: [String: Any] = ["site": site, "year": year, "run": run]
        var object: [String: Any] = ["params": params]
        let expected: String?
        if let cause {
            let planted = PlantedCause.all[cause]
            object["command"] = planted.command
            if let timeout = planted.timeout { object["timeout"] = timeout }
            expected = planted.expect
        } else {
            let success = Self.successes[run % Self.successes.count]
            object["command"] = success.command
            expected = success.expect
        }
        if let expected { object["expect"] = expected }
        return try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
    }

    /// Commands that do their work, some with words on stderr.
    private static let successes: [(command: [String], expect: String?)] = [
        (["true"], nil),
        (["sh", "-c", "echo \"$1\"", "sh", "{site}"], nil),
        (["sh", "-c", "echo \"Warning: 0 of $1 stations failed\" >&2", "sh", "{run}"], nil),
        (["sh", "-c", "echo \"$1\" >\"$2\"", "sh", "{year}", "out/{run}.nc"], "out/{run}.nc"),
    ]
}
