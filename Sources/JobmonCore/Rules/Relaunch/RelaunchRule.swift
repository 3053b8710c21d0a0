/// What follows attempts that fail in one way: how often the job is tried again, and with what.
package struct RelaunchRule: Sendable, Equatable {
    /// The failures that a rule is about.
    package enum Match: Sendable, Hashable {
        case cause(Cause)
        /// An end of the command's own with this exit code.
        case exitCode(Int)
        /// An error of this group.
        case group(Int64)
    }

    package var match: Match
    /// How many times the job is tried again after such failures; 0: never.
    package var attempts: Int
    /// The next attempt asks for this multiple of the memory; nil: for as much.
    package var memory: Double?
    /// The next attempt asks for this multiple of the run time; nil: for as much.
    package var runtime: Double?
    /// The next attempt runs on another host, where there is one.
    package var elsewhere: Bool

    package init(
        _ match: Match, attempts: Int, memory: Double? = nil, runtime: Double? = nil, elsewhere: Bool = false
    ) {
        self.match = match
        self.attempts = attempts
        self.memory = memory
        self.runtime = runtime
        self.elsewhere = elsewhere || Self.returns(match)
    }

    /// Such a failure is not the job's: it does not count as an attempt, and `attempts` limits how many come in a row.
    package var returnsAttempt: Bool { Self.returns(match) }

    private static func returns(_ match: Match) -> Bool {
        guard case .cause(let cause) = match else { return false }
        return cause.isOfHost
    }

    /// The most that `attempts` may be.
    package static let mostAttempts = 1000
    /// The most that a factor may be.
    package static let mostFactor = 100.0
}

extension Cause {
    /// The host or the scheduler ended the attempt, for no reason of the job's.
    package var isOfHost: Bool {
        switch self {
        case .nodeFailure, .preempted, .requeued, .lost: true
        default: false
        }
    }

    /// The name of this cause in relaunch rules.
    fileprivate var ruleName: String { self == .outOfMemory ? "oom" : rawValue }

    /// Causes after which a job may be tried again. One that was cancelled is not; one that the executor refused would
    /// be refused again.
    fileprivate static let relaunchable = Cause.allCases.filter {
        $0 != .cancelled && $0 != .dependency && $0 != .submitFailed
    }
}

extension RelaunchRule.Match {
    /// How much it says about a failure.
    var precision: Int {
        switch self {
        case .cause: 0
        case .exitCode: 1
        case .group: 2
        }
    }
}

extension RelaunchRule.Match: CustomStringConvertible {
    /// As it is written in a rule: `oom`, `exit=75`, `E3`.
    package var description: String {
        switch self {
        case .cause(let cause): cause.ruleName
        case .exitCode(let code): "exit=\(code)"
        case .group(let number): ErrorGroup.name(number)
        }
    }

    /// - Throws: `.invalid` if the text names no failure.
    package init(_ text: String) throws(Problem) {
        if text.hasPrefix("exit="), let code = Int(text.dropFirst("exit=".count)), (1...255).contains(code) {
            self = .exitCode(code)
        } else if text.first == "E", let number = ErrorGroup.number(text) {
            self = .group(number)
        } else if let cause = Cause.relaunchable.first(where: { $0.ruleName == text || $0.rawValue == text }) {
            self = .cause(cause)
        } else {
            let names = Cause.relaunchable.map(\.ruleName)
            let meant = NearWord.nearest(to: text, among: names)
            throw Problem(
                .invalid,
                "\"\(text)\" is no cause of failures\(meant.map { ": did you mean \"\($0)\"?" } ?? "")",
                hint: "use \(names.joined(separator: ", ")), exit=CODE (1 to 255) or a group such as E3")
        }
    }
}

extension RelaunchRule: CustomStringConvertible {
    /// As it is written: `oom:3,mem=1.5x`.
    package var description: String {
        var text = "\(match):\(attempts)"
        if let memory { text += ",mem=\(Self.written(memory))" }
        if let runtime { text += ",time=\(Self.written(runtime))" }
        if elsewhere, !returnsAttempt { text += ",elsewhere" }
        return text
    }

    private static func written(_ factor: Double) -> String {
        factor == factor.rounded() ? "\(Int(factor))x" : "\(factor)x"
    }

    /// Reads `CAUSE:TIMES[,mem=FACTOR][,time=FACTOR][,elsewhere]`.
    /// - Throws: `.invalid`, which says what is wrong.
    package init(_ text: String) throws(Problem) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { String($0) }
        let head = (parts.first ?? "").split(separator: ":", omittingEmptySubsequences: false).map { String($0) }
        guard head.count == 2 else {
            throw Problem(
                .invalid, "\"\(text)\" is no retry rule", hint: "write CAUSE:TIMES, such as oom:3,mem=1.5x or exit:0")
        }
        let match = try Match(head[0])
        guard let attempts = Int(head[1]), (0...Self.mostAttempts).contains(attempts) else {
            throw Problem(
                .invalid, "\"\(head[1])\" in \"\(text)\" is no number of retries",
                hint: "use 0 to \(Self.mostAttempts)")
        }
        self.init(match, attempts: attempts)
        for part in parts.dropFirst() {
            let isTwice = part.hasPrefix("mem=") ? memory != nil : part.hasPrefix("time=") ? runtime != nil : false
            guard !isTwice else {
                throw Problem(.invalid, "\"\(text)\" has two factors for the same", hint: "give one")
            }
            if part == "elsewhere" {
                elsewhere = true
            } else if part.hasPrefix("mem=") {
                memory = try Self.factor(part.dropFirst("mem=".count), in: text)
            } else if part.hasPrefix("time=") {
                runtime = try Self.factor(part.dropFirst("time=".count), in: text)
            } else {
                throw Problem(
                    .invalid, "\"\(part)\" in \"\(text)\" is not understood",
                    hint: "use mem=1.5x, time=1.5x or elsewhere")
            }
        }
    }

    private static func factor(_ text: Substring, in rule: String) throws(Problem) -> Double {
        let digits = text.hasSuffix("x") ? text.dropLast() : text
        guard let factor = Double(String(digits)), factor.isFinite else {
            throw Problem(.invalid, "\"\(text)\" in \"\(rule)\" is no factor", hint: "use a factor such as 1.5x")
        }
        guard factor >= 1 else {
            throw Problem(
                .invalid, "the factor \(text) in \"\(rule)\" is below 1: the next attempt would get less",
                hint: "use a factor such as 1.5x")
        }
        guard factor <= mostFactor else {
            throw Problem(
                .invalid, "the factor \(text) in \"\(rule)\" is above \(Int(mostFactor))",
                hint: "use a factor such as 1.5x")
        }
        return factor
    }
}
