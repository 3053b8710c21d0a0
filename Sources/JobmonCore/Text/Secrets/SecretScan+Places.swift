extension SecretScan {
    // MARK: scheme://user:password@host

    /// At the colon of `://`. RFC 3986: what stands before the last `@` of the authority is the user, and behind the first
    /// colon of that the password.
    mutating func takeAddress(at place: Int) {
        guard text[place - 1].isAlphanumeric else { return }
        let start = place + 3
        var end = start
        var at: Int?
        var colon: Int?
        while end < text.count, !isEndOfAuthority(end) {
            if text[end] == UInt8(ascii: "@") { at = end }
            if text[end] == UInt8(ascii: ":"), colon == nil { colon = end }
            end += 1
        }
        if at == nil, let colon, colon + 1 < end, text[start] != UInt8(ascii: "["),
            !text[colon + 1].isOne(of: "%${<[\\"), !isPort(colon + 1..<end)
        {
            // A password with a slash in it, which is not encoded. A port has digits only.
            at = isCut && end == text.count ? end : lastAt(from: end)
        }
        guard let at else { return }
        if let colon, colon < at {
            let password = colon + 1..<at
            if SecretValue(text, password).isSecret(.always) { mask(password) }
        } else if SecretValue(text, start..<at).isRandom {
            // A token instead of a user.
            mask(start..<at)
        }
    }

    private func isEndOfAuthority(_ place: Int) -> Bool {
        let byte = text[place]
        return byte <= 0x20 || byte.isOne(of: "/?#\"'`<>\\")
    }

    private func isPort(_ range: Range<Int>) -> Bool {
        text[range].allSatisfy { $0.isDigit || $0.isOne(of: ",:)];}.") }
    }

    /// The last `@` of the word, within limits.
    private func lastAt(from start: Int) -> Int? {
        var at: Int?
        var place = start
        while place - start < 256, place < text.count, text[place] > 0x20, !text[place].isOne(of: "\"'`<>\\") {
            if text[place] == UInt8(ascii: ":"), text[place + 1] == UInt8(ascii: "/") { break }
            if text[place] == UInt8(ascii: "@") { at = place }
            place += 1
        }
        return at
    }

    // MARK: Private keys

    /// RFC 7468, RFC 4716 (SSH), RFC 9580 (PGP): `-----BEGIN ... PRIVATE KEY-----`. The lines up to the end are masked, each
    /// by itself, or all lines that follow if there is no end. At the second dash of a row.
    mutating func takeKey(at place: Int) {
        // In a longer row the last five count.
        guard place > floor, text[place + 4] | 0x20 == UInt8(ascii: "b"),
            let begin = keyBoundary("-----begin ", at: place - 1)
        else { return }
        var end: Int?
        var next = begin
        // To the end of this key, but not behind the beginning of another one.
        while next < text.count, begin < lastKeyEnd, let dash = text.first(UInt8(ascii: "-"), in: next..<text.count) {
            if keyBoundary("-----end ", at: dash) != nil || keyBoundary("-----begin ", at: dash) != nil {
                end = dash
                break
            }
            next = dash + 1
        }
        // No other beginning has an end either.
        if end == nil { lastKeyEnd = begin }
        if end == nil || text.has("-----begin ", at: end ?? 0), isMention(begin) { return }
        for range in Self.lines(of: begin..<(end ?? text.count), in: text) { mask(range) }
        floor = max(floor, end ?? text.count)
    }

    /// Whether a message speaks of the beginning of a key: `expected -----BEGIN PRIVATE KEY----- here`.
    private func isMention(_ begin: Int) -> Bool {
        let start = text.skipSpaces(from: begin)
        guard start < text.count, !text[start].isBlank else { return false }
        return start > begin || text[start].isOne(of: "'\"`.,;:)")
    }

    /// The end of a line `-----BEGIN RSA PRIVATE KEY-----` that begins at a place.
    private func keyBoundary(_ word: StaticString, at place: Int) -> Int? {
        Self.keyBoundary(word, at: place, in: text)
    }

    private static func keyBoundary(_ word: StaticString, at place: Int, in text: SecretBytes) -> Int? {
        guard text.has(word, at: place) else { return nil }
        var end = place + word.utf8CodeUnitCount
        let start = end
        while end - start < 60, text[end].isAlphanumeric || text[end] == 0x20 { end += 1 }
        guard text.has("-----", at: end),
            text.has("private key", at: end - 11) || text.has("private key block", at: end - 17)
        else { return nil }
        return end + 5
    }

    /// The content of each line that is not blank.
    static func lines(of range: Range<Int>, in text: SecretBytes) -> [Range<Int>] {
        var lines: [Range<Int>] = []
        var place = range.lowerBound
        while place < range.upperBound {
            let end = text.endOfLine(from: place, limit: range.upperBound)
            let line = text.trimmed(place..<end)
            if !line.isEmpty { lines.append(line) }
            place = end + 1
        }
        return lines
    }

    /// Where a private key ends, if it is in this line.
    static func endOfKey(_ line: Range<Int>, in text: SecretBytes) -> Int? {
        guard let dash = text.first(UInt8(ascii: "-"), in: line) else { return nil }
        return keyBoundary("-----end ", at: dash, in: text).map { _ in dash }
    }

    /// Whether it may be a line of a private key: 64 letters of base64 (76 in PGP, 70 in OpenSSH), and no checksum.
    static func isKeyLine(_ line: Range<Int>, in text: SecretBytes) -> Bool {
        let line = text.trimmed(line)
        return 1...76 ~= line.count && text[line].allSatisfy { $0.isAlphanumeric || $0.isOne(of: "+/=") }
            && (line.count < longKeyLine || text[line].contains { !$0.isHexDigit })
    }

    static let longKeyLine = 40

    // MARK: Options

    /// `--password x`, `-password x`, and options of programs by their table. At the last dash before the name.
    mutating func takeOption(at place: Int) {
        let isLong = text[place - 1] == UInt8(ascii: "-")
        let start = isLong ? place - 1 : place
        let before = text[start - 1]
        guard start >= floor, text[place + 1].isASCIILetter,
            before.isBlank || before.isQuote || before == 0 || before.isOne(of: "([{,=\\")
        else { return }
        let end = text.endOfName(from: place + 1)
        if SecretOption.mayBe(text[place + 1], isLong: isLong), takeProgramOption(start..<end) { return }
        guard end - place > 3, text[end].isSpace || text[end].isQuote || text[end].isOne(of: ",\\") else { return }
        guard let name = SecretName(place + 1..<end, in: text) else { return }
        let strictness = name.strictness(in: .option)
        guard strictness != .never, let value = optionValue(behind: end) else { return }
        if !value.isQuoted {
            if isSentence(value.range) || isPlaceholder(value.range, of: place + 1..<end) { return }
        }
        if SecretValue(text, value.range, named: name, nameIsInText: true).isSecret(strictness) {
            mask(value.isPart ? value.range.lowerBound..<self.end(of: value) : value.range)
        }
    }

    /// The value behind an option: `--password x`, `'--password', 'x'`, `"--password" "x"`.
    private func optionValue(behind end: Int) -> Value? {
        var start = end
        while text[start] == UInt8(ascii: "\\"), start - end < 16 { start += 1 }
        if text[start].isQuote { start += 1 }
        if text[start] == UInt8(ascii: ",") { start += 1 }
        var first = text.skipSpaces(from: start)
        // A shell line that goes on in the next one.
        if first > end, text[first] == UInt8(ascii: "\\"), text[first + 1] == 0x0A {
            first = text.skipSpaces(from: first + 2)
        }
        guard first > end, first > start || text[start - 1] == UInt8(ascii: ",") else { return nil }
        guard let value = value(at: first, isWord: true), !isOption(value.range) else { return nil }
        return value
    }

    /// Whether it is the next option.
    private func isOption(_ range: Range<Int>) -> Bool {
        guard text[range.lowerBound] == UInt8(ascii: "-") else { return false }
        let name = text[range].drop { $0 == UInt8(ascii: "-") }.prefix { $0 != UInt8(ascii: "=") }
        return name.allSatisfy { $0.isASCIILetter || $0 == UInt8(ascii: "-") }
    }

    /// What a help text shows for a value: `--password PASSWORD`, `--token TEXT`.
    private func isPlaceholder(_ value: Range<Int>, of name: Range<Int>) -> Bool {
        guard value.count <= 32 else { return false }
        let letters = text[value].allSatisfy { $0.isUppercase || $0 == UInt8(ascii: "_") }
        return letters
            && (text[value].elementsEqual(text[name]) { $0.lowercased == $1.lowercased || $0 == UInt8(ascii: "_") }
                || SecretName(value, in: text) != nil)
    }

    /// - Parameter option: with its dashes.
    /// - Returns: whether it is an option of the program that has a secret.
    private mutating func takeProgramOption(_ option: Range<Int>) -> Bool {
        // The command as far as it stands before the option.
        var start = option.lowerBound
        while start > 0, option.lowerBound - start < 300, !text[start - 1].isOne(of: "\n\r;|&`(") { start -= 1 }
        let words = text[start..<option.lowerBound].split { $0.isBlank || $0.isQuote || $0.isOne(of: ",[") }
        guard let rule = SecretOption.first(for: text[option], behind: words) else { return false }
        let isAttached = option.count > rule.name.count
        var found: Value?
        if isAttached {
            found = value(at: option.lowerBound + rule.name.count, isWord: true)
        } else if text[option.upperBound] == UInt8(ascii: "=") {
            found = value(at: option.upperBound + 1, isWord: true)
        } else if rule.isAttached, !text[option.upperBound].isSpace {
            // `-p'x y'`, `-p$PASSWORD`
            found = value(at: option.upperBound, isWord: true)
        } else if rule.isSeparate {
            found = optionValue(behind: option.upperBound)
        }
        guard let found, let secret = rule.part(of: found.range, in: text) else { return false }
        guard SecretValue(text, secret).isSecret(.always) else { return false }
        mask(found.isPart ? secret.lowerBound..<end(of: found) : secret)
        return true
    }
}
