/// What the errors of one cause have in common: made from one error, independent of all others and of their order.
///
/// It is not made of the whole text, but of how the attempt ended, what the text was read as, the type and the masked
/// message, and the place in the user's own code.
package struct ErrorSignature: Sendable, Equatable {
    /// The version of the rules. Any change of them that gives another key to an error makes a new version.
    package static let version = 1

    /// The same for all errors of a group: `v1:` and 16 hexadecimal digits.
    package let key: String
    /// The error in one line, with a word in angle brackets for each value that differs from job to job.
    package let title: String
    /// The place in the user's own code that an error must have to be in the group; nil: it may have any, or none.
    package let place: ErrorReading.Frame?

    private let ending: String
    private let reader: String?
    private let pattern: String

    /// - Parameters:
    ///   - cause: as decided; nil: the instance failed, and no more is known.
    ///   - reading: what its output, or the description of its error, was read as.
    ///   - params: those of its job, whose values are masked where they stand as a whole word.
    package init(cause: Cause?, evidence: Evidence, reading: ErrorReading, params: JSONObject = [:]) {
        let said = SignedMessage(cause: cause, evidence: evidence, reading: reading, params: MaskedParams(params))
        ending = Self.ending(cause, evidence)
        reader = said?.reader
        pattern = said?.pattern ?? ""
        place = said?.place
        let end = ErrorText.ending(cause: cause, exitCode: evidence.exitCode, signal: evidence.signal)
        title = Self.title(end, said, cause, signal: cause == .signal ? evidence.signal : nil, reading)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512)
        for part in ["v\(Self.version)", ending, reader ?? "", pattern, place?.file ?? "", place?.function ?? ""] {
            bytes += part.utf8
            bytes.append(Self.separator)
        }
        key = "v\(Self.version):\(Self.hexadecimal(Self.mixed(FNV1a.hash(bytes))))"
    }

    /// What must be equal for an error to belong to the group, in several lines; `*` stands for any value.
    package var rule: String {
        var lines = ["ended with: \(ending)"]
        if let reader { lines.append("read as: \(reader)") }
        if !pattern.isEmpty { lines.append("message: \(pattern)") }
        if let place {
            if !place.function.isEmpty { lines.append("in function: \(place.function)") }
            if !place.file.isEmpty { lines.append("in file: \(place.file)") }
        }
        return lines.joined(separator: "\n")
    }

    /// How it ended, in words that no version changes.
    private static func ending(_ cause: Cause?, _ evidence: Evidence) -> String {
        switch cause {
        case .exit: evidence.exitCode.map { "exit code \($0)" } ?? "exit"
        case .signal: evidence.signal.map { "signal \($0)" } ?? "signal"
        case let cause?: cause.rawValue
        case nil: "failed"
        }
    }

    private static func title(
        _ end: String, _ said: SignedMessage?, _ cause: Cause?, signal: Int?, _ reading: ErrorReading
    ) -> String {
        guard let said else {
            guard cause == .exit else { return end }
            return reading.message.isEmpty ? "\(end), nothing on stderr" : "\(end), no reason in its output"
        }
        if said.isAnyLine { return "\(end): \(said.title)" }
        return signal.map { "\(said.title) (\(SignalName.name($0)))" } ?? said.title
    }

    private static let separator: UInt8 = 0x1F

    /// The bits of FNV-1a's result depend on each other where texts differ in their last bytes only.
    private static func mixed(_ hash: UInt64) -> UInt64 {
        var hash = hash
        hash = (hash ^ hash >> 33) &* 0xFF51_AFD7_ED55_8CCD
        hash = (hash ^ hash >> 33) &* 0xC4CE_B9FE_1A85_EC53
        return hash ^ hash >> 33
    }

    private static func hexadecimal(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
