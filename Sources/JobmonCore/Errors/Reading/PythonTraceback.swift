/// A Python exception, as the interpreter prints it when it ends a program.
package struct PythonTraceback: Sendable, Equatable {
    /// The exception's type, such as `ValueError` or `numpy.linalg.LinAlgError`.
    package var type: String
    /// The message, with all its lines.
    package var message: String
    /// The frames that the exception passed through, outermost first.
    package var frames: [Frame] = []
    package var earlier = Earlier.none
    /// The members of an exception group; empty for other exceptions.
    package var exceptions: [PythonTraceback] = []

    package init(type: String, message: String) {
        self.type = type
        self.message = message
    }

    /// A place in the program.
    package struct Frame: Sendable, Equatable {
        package var file: String
        /// Counted from 1; 0 if this frame stands for omitted frames.
        package var line: Int
        /// Empty for the place of a syntax error.
        package var function: String
        /// The text of the line; nil if the interpreter did not print it.
        package var code: String?

        package init(file: String, line: Int, function: String, code: String? = nil) {
            self.file = file
            self.line = line
            self.function = function
            self.code = code
        }

        /// A frame that stands for omitted frames.
        package static func gap(_ words: String) -> Frame { Frame(file: "", line: 0, function: words) }
    }

    /// The exception that led to this one.
    package indirect enum Earlier: Sendable, Equatable {
        case none
        /// This exception was raised from the other one (`raise … from`).
        case cause(PythonTraceback)
        /// This exception was raised while the other one was handled.
        case context(PythonTraceback)
    }

    // Limits for long tracebacks: a recursion has a thousand equal frames.
    private static let firstFrames = ProtocolLimits.tracebackFrames.first
    private static let lastFrames = ProtocolLimits.tracebackFrames.last
    private static let messageBytes = 8 << 10
    private static let codeBytes = ProtocolLimits.tracebackCode

    /// The JSON form, as docs/protocol.md describes it.
    package var json: JSONObject {
        var object: JSONObject = [
            "type": .string(type), "message": .string(message.firstBytes(Self.messageBytes)),
            "frames": .array(shownFrames.map(Self.json)),
        ]
        switch earlier {
        case .none: break
        case .cause(let other): object.append("cause", .object(other.json))
        case .context(let other): object.append("context", .object(other.json))
        }
        if !exceptions.isEmpty { object.append("exceptions", .array(exceptions.map { .object($0.json) })) }
        return object
    }

    private var shownFrames: [Frame] {
        let leftOut = frames.count - Self.firstFrames - Self.lastFrames
        guard leftOut > 0 else { return frames }
        return frames.prefix(Self.firstFrames) + [.gap("\(leftOut) frames are left out")]
            + frames.suffix(Self.lastFrames)
    }

    private static func json(_ frame: Frame) -> JSON {
        [
            "file": .string(frame.file), "line": .int(Int64(frame.line)), "function": .string(frame.function),
            "code": frame.code.map { .string($0.firstBytes(codeBytes)) } ?? .null,
        ]
    }
}
