/// What a command must have done to have succeeded, besides ending with exit code 0.
package struct SuccessCriteria: Sendable, Equatable {
    /// Paths of files and directories that must exist after exit code 0 and not be empty. A relative one begins at the
    /// command's directory.
    package var expected: [String]
    /// Regular expressions (PCRE2): a line of output that one of them matches means that the command failed.
    package var failurePatterns: [String]

    package init(expected: [String] = [], failurePatterns: [String] = []) {
        self.expected = expected
        self.failurePatterns = failurePatterns
    }

    package var isEmpty: Bool { expected.isEmpty && failurePatterns.isEmpty }

    /// The members of a job's `resources` that hold them.
    package static let members = (expected: "expect", failurePatterns: "fail_on")

    /// Reads them from a job's `resources`. What is no text there is left out.
    package init(_ resources: JSONObject) {
        func texts(_ name: String) -> [String] {
            guard case .array(let values)? = resources[name] else { return [] }
            return values.compactMap { if case .string(let text) = $0 { text } else { nil } }
        }
        self.init(expected: texts(Self.members.expected), failurePatterns: texts(Self.members.failurePatterns))
    }

    /// Writes them into a job's `resources`.
    package func write(to resources: inout JSONObject) {
        for (name, texts) in [
            (Self.members.expected, expected), (Self.members.failurePatterns, failurePatterns),
        ] where !texts.isEmpty {
            resources[name] = .array(texts.map { .string($0) })
        }
    }
}

extension SuccessCriteria {
    /// The first name in braces in a path that is not declared; nil: all are. What does not look like a name is literal
    /// text.
    /// - Parameter isDeclared: whether the braces are replaced.
    package static func undeclared(in path: String, _ isDeclared: (Substring) -> Bool) -> Substring? {
        CommandTemplate.words(in: path).first { word in
            !isDeclared(word) && !word.isEmpty
                && word.allSatisfy { $0.isLetter || $0.isNumber || "_-.".contains($0) }
        }
    }
}

extension JobDescription {
    /// What its command must have done to have succeeded, besides ending with exit code 0.
    package var successCriteria: SuccessCriteria { SuccessCriteria(resources) }
}

/// An output that was expected of a command that ended with exit code 0.
package struct MissingOutput: Sendable, Equatable {
    /// The path as the user gave it, params replaced.
    package var path: String
    /// It exists, and has nothing in it.
    package var isEmpty: Bool

    package init(path: String, isEmpty: Bool) {
        self.path = path
        self.isEmpty = isEmpty
    }

    /// `the expected output out/1990.csv is missing`
    package var sentence: String { "the expected output \(path) is \(isEmpty ? "empty" : "missing")" }
}
