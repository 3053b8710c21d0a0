/// An exception of Python, as the interpreter prints it when it ends a program.
package struct PythonTraceback: Sendable, Equatable {
    /// Such as `ValueError`, or `numpy.linalg.LinAlgError`.
    package var type: String
    /// What it says, in all its lines.
    package var message: String
    /// Where it came through, the outermost first.
    package var frames: [Frame] = []
    package var earlier = Earlier.none
    /// Those of an exception group.
    package var exceptions: [PythonTraceback] = []

    package init(type: String, message: String) {
        self.type = type
        self.message = message
    }

    /// A place in the program.
    package struct Frame: Sendable, Equatable {
        package var file: String
        /// From 1; 0 where this stands for frames that are left out.
        package var line: Int
        /// Empty where the place is that of a syntax error.
        package var function: String
        /// The line's text; nil where the interpreter had none.
        package var code: String?

        package init(file: String, line: Int, function: String, code: String? = nil) {
            self.file = file
            self.line = line
            self.function = function
            self.code = code
        }

        /// Stands for frames that are left out.
        package static func gap(_ words: String) -> Frame { Frame(file: "", line: 0, function: words) }
    }

    /// The exception that led to this one.
    package indirect enum Earlier: Sendable, Equatable {
        case none
        /// This one was raised from it.
        case cause(PythonTraceback)
        /// This one was raised while it was handled.
        case context(PythonTraceback)
    }

    // What is kept of one that goes on and on: a recursion has a thousand frames that say the same.
    private static let firstFrames = 30
    private static let lastFrames = 70
    private static let messageBytes = 8 << 10
    private static let codeBytes = 400

    /// As docs/protocol.md has it.
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
