/// A pattern for names, with the meaning that SQLite's GLOB has: `*` stands for any text, `?` for one character, `[ab]`
/// and `[a-z]` for one of these, `[^ab]` for one other.
package struct GlobPattern: Sendable {
    private enum Part: Sendable {
        case anything
        case one
        case character(Unicode.Scalar)
        case oneOf([ClosedRange<Unicode.Scalar>], inverted: Bool)
        /// A bracket that is not closed: no text matches.
        case nothing
    }

    private let parts: [Part]

    package init(_ text: String) {
        let scalars = Array(text.unicodeScalars)
        var parts: [Part] = []
        var index = 0
        while index < scalars.count {
            switch scalars[index] {
            case "*":
                if case .anything? = parts.last {} else { parts.append(.anything) }
            case "?": parts.append(.one)
            case "[":
                if let (set, end) = Self.set(scalars, from: index) {
                    parts.append(set)
                    index = end
                } else {
                    parts.append(.nothing)
                    index = scalars.count
                }
            default: parts.append(.character(scalars[index]))
            }
            index += 1
        }
        self.parts = parts
    }

    /// The set that begins at a bracket, and the place of the bracket that closes it; nil: none does.
    private static func set(_ scalars: [Unicode.Scalar], from start: Int) -> (Part, end: Int)? {
        var index = start + 1
        var inverted = false
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        if index < scalars.count, scalars[index] == "^" {
            inverted = true
            index += 1
        }
        var isFirst = true
        while index < scalars.count {
            let scalar = scalars[index]
            // A closing bracket at the beginning stands for itself.
            if scalar == "]", !isFirst { return (.oneOf(ranges, inverted: inverted), index) }
            isFirst = false
            if index + 2 < scalars.count, scalars[index + 1] == "-", scalars[index + 2] != "]" {
                if scalar <= scalars[index + 2] { ranges.append(scalar...scalars[index + 2]) }
                index += 3
            } else {
                ranges.append(scalar...scalar)
                index += 1
            }
        }
        return nil
    }

    /// Whether a whole text matches.
    package func matches(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        var part = 0
        var index = 0
        // Where to go on when the present way does not lead to the end: after the last `*`, one character further.
        var retry: (part: Int, index: Int)?
        while true {
            if part < parts.count {
                if case .anything = parts[part] {
                    part += 1
                    retry = (part, index)
                    continue
                }
                if index < scalars.count, Self.matches(parts[part], scalars[index]) {
                    part += 1
                    index += 1
                    continue
                }
            } else if index == scalars.count {
                return true
            }
            guard let (nextPart, nextIndex) = retry, nextIndex < scalars.count else { return false }
            retry = (nextPart, nextIndex + 1)
            (part, index) = (nextPart, nextIndex + 1)
        }
    }

    private static func matches(_ part: Part, _ scalar: Unicode.Scalar) -> Bool {
        switch part {
        case .anything, .nothing: false
        case .one: true
        case .character(let wanted): wanted == scalar
        case .oneOf(let ranges, let inverted): ranges.contains { $0.contains(scalar) } != inverted
        }
    }
}
