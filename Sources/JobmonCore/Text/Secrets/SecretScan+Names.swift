extension SecretScan {
    // MARK: name=value, name: value

    /// At a `=` or a `:` behind a name.
    mutating func takeAssignment(at place: Int) {
        let sign = text[place]
        var end = place
        if sign == UInt8(ascii: "=") {
            // `:=` and `+=`
            if text[end - 1].isOne(of: ":+?") { end -= 1 }
        } else if text[place + 1] == sign || text[place + 1] == UInt8(ascii: "=") {
            return
        }
        guard let range = name(endingAt: end) else { return }
        guard var name = SecretName(range.name, in: text) else { return }
        if !range.isQuoted, name.bytes.lowerBound == range.name.lowerBound {
            let previous = wordBefore(range.name.lowerBound)
            if !previous.isEmpty {
                guard let qualified = name.qualified(by: previous, in: text) else { return }
                name = qualified
            }
        }
        take(name, range, behind: place, isAssigned: sign == UInt8(ascii: "="))
    }

    /// Where a name stands.
    private struct NameRange {
        var name: Range<Int>
        var isQuoted = false
        /// The sign follows directly.
        var isTight = true
    }

    /// The name before a sign: `name=`, `name =`, `"name":`, `\"name\":`, `['name'] =`. nil: there is none.
    private func name(endingAt end: Int) -> NameRange? {
        var place = end
        var range = NameRange(name: 0..<0)
        while text[place - 1].isSpace, end - place < 40 { place -= 1 }
        range.isTight = place == end
        if text[place - 1] == UInt8(ascii: "]"), text[place - 2].isQuote { place -= 1 }
        if text[place - 1].isQuote {
            place -= 1
            range.isQuoted = true
            while text[place - 1] == UInt8(ascii: "\\"), end - place < 60 { place -= 1 }
        }
        var start = place
        while start > floor, place - start < 64, text[start - 1].isNamePart { start -= 1 }
        // What stands before a very long name is part of it, and it is none.
        guard 3..<64 ~= place - start else { return nil }
        range.name = start..<place
        return range
    }

    /// The word that one space separates from a name.
    private func wordBefore(_ start: Int) -> Range<Int> {
        guard text[start - 1] == 0x20 else { return start..<start }
        var first = start - 1
        while first > floor, start - first < 24, text[first - 1].isASCIILetter { first -= 1 }
        return first..<start - 1
    }

    private mutating func take(_ name: SecretName, _ range: NameRange, behind place: Int, isAssigned: Bool) {
        var start = place + 1
        var isComparison = false
        if isAssigned, text[start] == UInt8(ascii: "=") || text[start] == UInt8(ascii: ">") {
            isComparison = text[start] == UInt8(ascii: "=")
            start += 1
        }
        let before = text[range.name.lowerBound - 1]
        let isQuery = isAssigned && before.isOne(of: "?&")
        let isTight = range.isTight && !text[start].isBlank
        start = text.skipSpaces(from: start)
        // `${PASSWORD:-x}`
        if before == UInt8(ascii: "{"), text[range.name.lowerBound - 2] == UInt8(ascii: "$") {
            guard text[start].isOne(of: "-=") else { return }
            start += 1
        }
        // A command of a shell.
        if text[start] == UInt8(ascii: "$"), text[start + 1] == UInt8(ascii: "(") { return }
        if !isAssigned, name.kind == .authorization || name.kind == .cookie { return takeHeader(name, at: start) }
        let place = placeOf(name, range, isAssigned: isAssigned, isTight: isTight, isQuery: isQuery)
        var strictness = name.strictness(in: place)
        // `?token=` of a URL, and what it is signed with.
        if isQuery, name.kind == .token || name.kind == .signature { strictness = .notNumber }
        if name.kind == .pass, !isAssigned, name.isUppercase { strictness = .never }
        if name.kind == .directory, !isTight { strictness = .odd }
        guard strictness != .never else { return }
        let isAnything = strictness == .always || strictness == .notNumber
        guard
            var value = value(
                at: start, isWord: isTight && isAssigned, in: isQuery ? .query : .line, limit: isAnything ? 256 : 128)
        else { return }
        if !value.isQuoted {
            if isComparison { return }
            if !isQuery, isCode(value.range.lowerBound, isTight: isTight) || isStructure(value.range, isTight: isTight)
            {
                return
            }
            if !isTight, isSentence(value.range) || text.has(" {", at: value.range.upperBound) { return }
        } else if isMessage(value.range) {
            return
        }
        guard SecretValue(text, value.range, named: name, nameIsInText: true).isSecret(strictness) else { return }
        if !value.isQuoted {
            if value.isPart { value.range = value.range.lowerBound..<end(of: value, in: isQuery ? .query : .line) }
            if !isAssigned, let end = endOfPhrase(value.range, named: range.name) {
                value.range = value.range.lowerBound..<end
            }
        }
        mask(value.range)
    }

    private func placeOf(
        _ name: SecretName, _ range: NameRange, isAssigned: Bool, isTight: Bool, isQuery: Bool
    ) -> SecretPlace {
        if text[range.name.lowerBound] == UInt8(ascii: "-") { return .option }
        guard isAssigned else { return .told }
        return isTight && name.isUppercase && !isQuery ? .exported : .assigned
    }

    /// Whether a value is a list or an object, of which the members are looked at.
    private func isStructure(_ range: Range<Int>, isTight: Bool) -> Bool {
        guard text[range.lowerBound].isOne(of: "[{(") else { return false }
        return !isTight || range.count < 2 || text[range.lowerBound + 1].isOne(of: "[{(")
            || text[range.upperBound].isQuote
    }

    /// The end of a passphrase in a file of settings: `password: correct horse battery staple`. The line begins with the
    /// name, and has nothing else.
    private func endOfPhrase(_ value: Range<Int>, named name: Range<Int>) -> Int? {
        guard text[value.upperBound] == 0x20 else { return nil }
        var start = name.lowerBound
        while name.lowerBound - start < 64, text[start - 1].isSpace || text[start - 1] == UInt8(ascii: "-") {
            start -= 1
        }
        guard start == 0 || text[start - 1].isBlank else { return nil }
        let end = text.endOfLine(from: value.upperBound)
        let rest = value.upperBound..<end
        let others = text[rest].contains { $0.isOne(of: ":=,;|\"'()[]{}#") }
        return others || isMessage(value.lowerBound..<end) ? nil : text.trimmed(rest).upperBound
    }

    // MARK: Headers

    /// `Authorization: Bearer x`, `Cookie: name=x; name=x`
    private mutating func takeHeader(_ name: SecretName, at start: Int) {
        guard let content = headerContent(at: start, limit: 512) else { return }
        if name.kind == .authorization { return takeCredentials(content, isStrict: true) }
        if text[content].contains(UInt8(ascii: "=")) {
            if !SecretValue(text, content).isNothing { mask(headerContent(at: start, limit: .max) ?? content) }
        } else if SecretValue(text, content, named: name).isSecret(.random) {
            mask(content)
        }
    }

    /// What a header says: up to the quote around it, or to the line end.
    private func headerContent(at start: Int, limit: Int) -> Range<Int>? {
        if text[start].isQuote || text[start] == UInt8(ascii: "\\") {
            return value(at: start, isWord: false).map { $0.range }
        }
        var end = start
        while end < text.count, end - start < limit, text[end] != 0x0A, text[end] != 0x0D, !text[end].isQuote {
            // A quote or a line end of a text within a text.
            if text[end] == UInt8(ascii: "\\"), text[end + 1].isQuote || text[end + 1].isOne(of: "rn\\") { break }
            end += 1
        }
        let content = text.trimmed(start..<end)
        return content.isEmpty ? nil : content
    }

    /// A scheme and what it needs; or that alone.
    /// - Parameter isStrict: without a scheme it has to look random.
    mutating func takeCredentials(_ content: Range<Int>, isStrict: Bool) {
        let end = text.endOfName(from: content.lowerBound, limit: 32)
        let scheme = content.lowerBound..<min(end, content.upperBound)
        let start = text.skipSpaces(from: end)
        guard start > end, start < content.upperBound, let word = ShortWord(text[scheme]) else {
            let value = content.lowerBound..<min(content.upperBound, bareEnd(from: content.lowerBound))
            if SecretValue(text, value).isSecret(isStrict ? .random : .always) { mask(value) }
            return
        }
        if Self.schemes.contains(word) {
            let value = start..<bareEnd(from: start)
            if SecretValue(text, value).isSecret(.always) { mask(value) }
        } else if Self.longSchemes.contains(word) {
            guard !SecretValue(text, start..<content.upperBound).isNothing else { return }
            mask(start..<max(content.upperBound, headerContent(at: start, limit: .max)?.upperBound ?? 0))
        }
    }

    /// Schemes of IANA's registry, and usual ones, with one value.
    private static let schemes = ShortWord.set(
        "bearer basic token negotiate ntlm apikey api-key key genie-key sharedkey dpop")
    /// Those with several: RFC 7616, OAuth 1, Amazon's signatures.
    private static let longSchemes = ShortWord.set(
        "digest oauth hmac signature hoba aws4-hmac-sha256 aws scram-sha-256")

    // MARK: Elements of XML

    /// `<password>x</password>`
    mutating func takeElement(at place: Int) {
        guard text[place - 1].isNamePart, text[place + 1] > 0x20, text[place + 1] != UInt8(ascii: "<"),
            let range = name(endingAt: place), text[range.name.lowerBound - 1] == UInt8(ascii: "<"),
            let name = SecretName(range.name, in: text)
        else { return }
        var end = place + 1
        while end < text.count, text[end] != UInt8(ascii: "<"), text[end] != 0x0A, text[end] != 0x0D { end += 1 }
        let value = place + 1..<end
        // `<token> is missing` is no element.
        guard text[end] == UInt8(ascii: "<"), text[end + 1] == UInt8(ascii: "/") else { return }
        if SecretValue(text, value, named: name, nameIsInText: true).isSecret(name.strictness(in: .assigned)) {
            mask(value)
        }
    }
}
