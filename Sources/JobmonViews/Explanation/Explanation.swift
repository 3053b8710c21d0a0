package import JobmonCore

/// Why a job stands where it does, how sure that is, and what happens next.
package struct Explanation: Sendable, Equatable {
    package enum Certainty: String, Sendable {
        /// Somebody who must know said it.
        case certain
        /// The evidence points to it, and to nothing else.
        case likely
        /// Nobody saw it.
        case unknown
    }

    /// One sentence.
    package var why: String
    package var certainty: Certainty
    /// What shows it, a sentence each.
    package var evidence: [String]
    /// What will happen, a sentence each.
    package var next: [String]

    /// Jobs before another one that are counted at most.
    package static let mostBefore = 20_000

    /// What is known besides the job's record.
    package struct Surroundings: Sendable {
        /// The columns of the latest attempt.
        package var oomKills: Int?
        package var remarks: JSONObject
        /// Whether its queue is run now; nil: that cannot be found out, or it belongs to none.
        package var isQueueRun: Bool?
        /// Jobs of its queue that run, and that were queued before it and wait too; nil: unknown.
        package var running: Int?
        package var before: Int?

        package init(
            oomKills: Int? = nil, remarks: JSONObject = [:], isQueueRun: Bool? = nil, running: Int? = nil,
            before: Int? = nil
        ) {
            self.oomKills = oomKills
            self.remarks = remarks
            self.isQueueRun = isQueueRun
            self.running = running
            self.before = before
        }
    }

    /// - Parameters:
    ///   - again: the option that suggested commands need for this directory.
    ///   - time: a time as text.
    package init(
        _ job: JobRecord, _ surroundings: Surroundings, again: String, now: Timestamp,
        time: (Timestamp) -> String
    ) {
        let words = ExplanationWords(job: job, surroundings: surroundings, again: again, now: now)
        (why, certainty, evidence) = words.end(time)
        evidence += words.relaunches
        next = words.next(time)
    }
}
