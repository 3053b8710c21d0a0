import JobmonCore

/// What the attempts of a job together say of the resources that it needs. Amounts: NaN is unknown.
struct UsageJob: Sendable {
    var end: UsageAttempt.End
    /// Bytes.
    var memory: Float
    /// The job needs more than `memory`, or may do so.
    var memoryIsAtLeast: Bool
    /// Only a bound of `memory` is known, upper or lower, though the job is COMPLETE.
    var memoryIsBound: Bool
    /// Seconds.
    var time: Float
    var timeIsAtLeast: Bool
    /// Cores that were at work on average.
    var cores: Float
    /// What its latest attempt asked for.
    var requestedMemory: Float
    var requestedTime: Float
    var requestedSlots: Float
    /// What a scheduler gave it.
    var givenMemory: Float
    var givenSlots: Float

    init(_ attempt: UsageAttempt) {
        end = attempt.end
        memory = attempt.memory
        time = attempt.time
        (requestedMemory, requestedTime) = (attempt.requestedMemory, attempt.requestedTime)
        (requestedSlots, givenSlots) = (attempt.requestedSlots, attempt.givenSlots)
        givenMemory = attempt.givenMemory
        memoryIsAtLeast = true
        timeIsAtLeast = true
        memoryIsBound = false
        cores = .nan
        switch attempt.end {
        case .complete:
            memoryIsAtLeast = attempt.memoryBound == .atLeast
            memoryIsBound = attempt.memoryBound != nil
            timeIsAtLeast = false
            if attempt.cpu >= 0, attempt.time > 0 { cores = attempt.cpu / attempt.time }
        case .outOfMemory:
            // Of a limit that only jobmon knows, the scheduler may have kept another.
            let limit = givenMemory >= 0 ? givenMemory : requestedMemory
            memory = Self.larger(memory, limit)
        case .timeLimit:
            if !(time >= 0) { time = requestedTime }
        case .running:
            memory = .nan
        }
    }

    /// Takes in a later attempt. What a job needed at least before it was tried again, it still needs; of a job that
    /// finished, that attempt alone tells.
    mutating func take(_ attempt: UsageAttempt) {
        let later = UsageJob(attempt)
        guard later.end != .complete else {
            self = later
            return
        }
        guard end != .complete else { return }
        let (memory, time) = (Self.larger(memory, later.memory), Self.larger(time, later.time))
        self = later
        self.memory = memory
        self.time = time
    }

    /// The larger one of the amounts that are known.
    private static func larger(_ one: Float, _ other: Float) -> Float {
        one.isNaN ? other : other.isNaN ? one : max(one, other)
    }

    /// The slots that it had, as far as that is known.
    var slots: Float { requestedSlots >= 0 ? requestedSlots : givenSlots }
}
