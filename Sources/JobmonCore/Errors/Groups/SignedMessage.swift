/// The part of a signature that comes from what an attempt said: its masked message, and the place in the code.
struct SignedMessage {
    /// What understood the text; the general rules count as one.
    let reader: String
    let title: String
    let pattern: String
    /// nil: the cause is the same wherever it shows.
    let place: ErrorReading.Frame?
    /// Nothing marks the line as an error.
    let isAnyLine: Bool

    /// nil: only how the attempt ended counts.
    init?(cause: Cause?, evidence: Evidence, reading: ErrorReading, params: MaskedParams) {
        switch cause {
        case .exit, nil:
            guard reading.weight > .nothing else { return nil }
            self.init(reading, params, isAnyLine: reading.weight < .reason)
        case .signal:
            // Some are sent from outside: what the command wrote before is not why.
            let isFromOutside = Self.outside.contains(evidence.signal ?? 0) && reading.reader != "scheduler"
            guard reading.weight == .reason, !isFromOutside else { return nil }
            self.init(reading, params)
        case .reportedError:
            self.init(evidence.reportedError.map { ErrorReading("marked", $0) } ?? reading, params)
        case .missingOutput:
            let sentence = evidence.missingOutput?.sentence ?? ""
            let why = reading.weight == .reason ? reading.headline : ""
            let joined = sentence.isEmpty || why.isEmpty ? sentence + why : "\(sentence): \(why)"
            self.init(ErrorReading("marked", joined), params)
        case .notStarted:
            self.init(evidence.notStarted.map { ErrorReading("marked", ErrorText.sentence($0)) } ?? reading, params)
        case .submitFailed:
            self.init(reading, params)
        case .timeout, .timeLimit, .outOfMemory, .nodeFailure, .preempted, .requeued, .cancelled, .dependency, .lost:
            return nil
        }
    }

    private init(_ reading: ErrorReading, _ params: MaskedParams, isAnyLine: Bool = false) {
        self.isAnyLine = isAnyLine
        reader = Self.family(reading.reader)
        let type = reading.type.map { ErrorType($0) } ?? ErrorType(before: reading.message)
        let call = reader == "r" ? RCall(reading.message[...]) : nil
        // The arguments of an operator are a part of its message.
        let function = call.flatMap { $0.function.isEmpty ? nil : $0 }
        let quotesNames = type?.quotesNames ?? false || call?.isAboutNames ?? false
        var masking = MessageMasking(
            function?.message ?? reading.message[...], params: params, quotesNames: quotesNames, isAnyLine: isAnyLine)
        let masked = masking.run()
        let names = function.map { Self.names($0.namesMeant, params) } ?? (title: "", pattern: "")
        let start = reading.type.map { masked.pattern.isEmpty ? $0 : "\($0): " } ?? ""
        title =
            (function.map { "Error in \($0.function)() : " } ?? start) + String(decoding: masked.title, as: UTF8.self)
            + names.title
        // What a recursion was doing at its end is chance.
        let isRecursion = type?.isOfRecursion ?? false
        pattern = start + (isRecursion ? "*" : String(decoding: masked.pattern, as: UTF8.self) + names.pattern)
        place = Self.place(reading.frame, type, isOfMachine: masking.isOfMachine)
    }

    /// Names that a message is about, unless they are values of params.
    private static func names(_ names: [Substring], _ params: MaskedParams) -> (title: String, pattern: String) {
        var (title, pattern) = ("", "")
        for name in names {
            let param = params.name(of: Array(name.utf8)[...])
            title += " '\(param.map { "<\($0)>" } ?? String(name))'"
            pattern += " '\(param == nil ? String(name) : "*")'"
        }
        return (title, pattern)
    }

    /// Readers that see the same error in another form, and the general rules, do not keep two errors apart.
    private static func family(_ reader: String) -> String {
        switch reader {
        case "notebook", "python-fatal", "pytest": "python"
        case "marked", "last", "scheduler", "launcher", "none": "text"
        default: reader
        }
    }

    private static func place(_ frame: ErrorReading.Frame?, _ type: ErrorType?, isOfMachine: Bool) -> ErrorReading
        .Frame?
    {
        guard let frame, !isOfMachine, type.map({ !$0.isOfMachine && !$0.isOfParts }) ?? true else { return nil }
        let isAnyFunction = type?.isOfRecursion ?? false
        return ErrorReading.Frame(file: frame.filePattern, function: isAnyFunction ? "" : frame.function)
    }

    /// SIGHUP, SIGINT, SIGKILL, SIGTERM, SIGXCPU.
    private static let outside: Set = [1, 2, 9, 15, 24]
}
