/// Masks a message: what differs between the jobs of one cause is replaced, what is the cause stays.
///
/// The message is read once from its start. A quotation is taken as a whole (`Quoted`), anything else token by token:
/// the first of `MaskingRule.all` that takes a token decides.
struct MessageMasking {
    /// The job's params.
    let params: MaskedParams
    /// Values in quotes are names of the code, by the type of the exception.
    let quotesNames: Bool
    /// It may be any line: no number in it is a code, no value is a name.
    let isAnyLine: Bool

    let text: MessageBytes
    var index = 0
    var out = MaskedText()
    /// The words of an error of the machine were found. What stands behind them is not read.
    private(set) var isOfMachine = false

    /// Closing quotes of quotations that are read token by token.
    private var closing: [Range<Int>] = []
    /// What the last value was, for further ones of the same list (`columns 'a', 'b'`).
    private var last: (role: ValueRole, end: Int)?

    /// Bytes of a message that are read, and bytes of a masked one that are kept. The first is larger by far: otherwise
    /// the length of a value would decide where the message ends.
    private static let looked = 1024
    private static let kept = 320

    init(
        _ message: some StringProtocol, params: MaskedParams = .none, quotesNames: Bool = false, isAnyLine: Bool = false
    ) {
        text = MessageBytes(message, limit: Self.looked)
        self.params = params
        self.quotesNames = quotesNames
        self.isAnyLine = isAnyLine
    }

    /// Masks the message.
    mutating func run() -> MaskedText {
        while index < text.count, out.pattern.count < Self.kept, !isOfMachine { step() }
        out.finish(limit: Self.kept)
        return out
    }

    private mutating func step() {
        let byte = text[index]
        if byte.isBlank {
            out.put(0x20)
            index += 1
            return
        }
        if let quote = closing.last, quote.lowerBound == index {
            closing.removeLast()
            out.put(Self.quote)
            index = quote.upperBound
            return
        }
        if let quotation = Quotation(at: index, in: text) {
            quoted(quotation)
            return
        }
        if byte == UInt8(ascii: "{"), let end = endOfDictionary() {
            out.mask(.text)
            index = end
            return
        }
        if text.isCurlyQuote(at: index) {
            out.put(Self.quote)
            index += 3
            return
        }
        if startsToken(byte) {
            let token = Token(at: index, in: text)
            if MaskingRule.all.contains(where: { $0.apply(&self, token) }) { return }
        }
        // The title need not show the number of an error that its words name.
        if byte == UInt8(ascii: "["), let end = endOfErrno() {
            out.put(hidden: text[index..<end])
            index = end
            return
        }
        out.put(byte)
        index += 1
    }

    private func startsToken(_ byte: UInt8) -> Bool {
        if byte.isASCIILetter || byte.isDigit || byte >= 0x80 || byte == UInt8(ascii: "_") { return true }
        let next = text[index + 1]
        switch byte {
        case UInt8(ascii: "/"), UInt8(ascii: "~"): return next.isWordPart || next.isOne(of: "./")
        case UInt8(ascii: "."): return next.isDigit || next.isOne(of: "./")
        case UInt8(ascii: "-"): return !text[index - 1].isWordPart && (next.isWordPart || next.isOne(of: "-."))
        case UInt8(ascii: "+"): return !text[index - 1].isWordPart && next.isDigit
        case UInt8(ascii: "@"): return next.isASCIILetter
        default: return false
        }
    }

    /// The end of a dictionary of Python or an object of JSON, which is data: `{'year': 1995, 'rates': [0.1, 0.2]}`.
    private func endOfDictionary() -> Int? {
        guard text[index + 1].isOne(of: "'\""), let key = Quotation(at: index + 1, in: text),
            text[key.range.upperBound] == UInt8(ascii: ":")
        else { return nil }
        var depth = 0
        var end = index
        while end < text.count {
            if let quotation = Quotation(at: end, in: text) {
                // A sentence in it, or what an interface calls its message, may be the cause.
                let content = text[quotation.content]
                if content.contains(0x20) || ShortWord(content).map({ Self.tellingKeys.contains($0) }) ?? false {
                    return nil
                }
                end = quotation.range.upperBound
                continue
            }
            if text[end].isOne(of: "{[(") { depth += 1 }
            if text[end].isOne(of: "}])") { depth -= 1 }
            end += 1
            if depth == 0 { return end }
        }
        // One that was cut goes on to the end.
        return text.count
    }

    private static let tellingKeys = ShortWord.set(
        "error errors message msg detail details reason title code status type description cause exception")

    /// The end of `[Errno 2] `.
    private func endOfErrno() -> Int? {
        guard text.has("[errno ", at: index) else { return nil }
        let end = text.digits(from: index + 7)
        return text[end] == UInt8(ascii: "]") ? end + 1 : nil
    }

    static let quote = UInt8(ascii: "'")

    // MARK: What rules do with a token

    mutating func keep(_ range: Range<Int>) {
        out.put(text[range])
        index = range.upperBound
    }

    mutating func mask(_ range: Range<Int>, _ value: MaskedValue, ending: Range<Int>? = nil) {
        // The title names the param whose value it is.
        out.mask(value, param: params.name(of: text[range]), ending: ending.map { text[$0] } ?? [])
        index = range.upperBound
    }

    /// A name that stays, unless the job's params say that it is one of many.
    mutating func keepName(_ range: Range<Int>) {
        if params.name(of: text[range]) == nil { keep(range) } else { mask(range, .text) }
    }

    /// A word of the language, of which only a param's value is masked.
    mutating func keepWord(_ range: Range<Int>) {
        if let end = MachineError.end(at: range.lowerBound, in: text), !isAnyLine {
            isOfMachine = true
            keep(range.lowerBound..<end)
        } else if let (name, end) = params.match(at: range.lowerBound, in: text) {
            out.mask(.text, param: name)
            index = end
        } else {
            out.put(word: text[range])
            index = range.upperBound
        }
    }

    func role(of range: Range<Int>) -> ValueRole? { isAnyLine ? nil : ValueRole(of: range, in: text) }

    /// What stays of a path.
    func ending(ofPath range: Range<Int>) -> Range<Int> {
        let ending = FileEnding.of(range, in: text, isFile: true)
        guard ending.isEmpty else { return ending }
        let part = FileEnding.rolePart(of: range, in: text)
        return params.name(of: text[part].dropFirst()) == nil ? part : ending
    }

    // MARK: Quotations

    /// Decides on a value in quotes. The order: what is known to be data; what is no word; names that the words around
    /// it, or the type of the exception, make the cause; files; whole sentences, which are read as such; the rest is data.
    private mutating func quoted(_ quotation: Quotation) {
        let content = quotation.content
        let token = Token(content, in: text)
        let role = isAnyLine ? nil : roleInList(quotation.range)
        if let role { last = (role, quotation.range.upperBound) }
        index = quotation.range.upperBound
        if isAnyLine || role == .data || content.isEmpty || role == nil && Self.isChromosome(token, text) {
            return mask(value: token)
        }
        let second = text[content.lowerBound + 1]
        if text[content.lowerBound] == UInt8(ascii: "-"), second == UInt8(ascii: "-") || second.isASCIILetter {
            // An option, of which the value is not what is wrong with it.
            guard let sign = text[content].firstIndex(of: UInt8(ascii: "=")), sign + 1 < content.upperBound else {
                return out.put(quoted: text[content])
            }
            out.put(Self.quote)
            out.put(text[content.lowerBound..<sign + 1])
            out.mask(.text, param: params.name(of: text[sign + 1..<content.upperBound]))
            return out.put(Self.quote)
        }
        if token.letters + token.digits == 0 || role == .code { return out.put(quoted: text[content]) }
        if role == .software || role == .version, token.isSoftware(in: text) { return out.put(quoted: text[content]) }
        if token.isPath(in: text) && (token.blanks == 0 || text[content.lowerBound] == UInt8(ascii: "/")) {
            return mask(path: token)
        }
        if isFile(token, role) { return mask(path: token) }
        let isNamed = role == .name || role == .software || quotesNames || quotation.isCode
        if isNamed, token.isName(in: text) {
            if let name = params.name(of: text[content]) { return out.mask(.text, param: name) }
            return out.put(quoted: text[content])
        }
        if token.blanks >= (isNamed ? 1 : 2), token.letters > token.digits {
            // The tokens in it are read one by one.
            out.put(Self.quote)
            closing.append(content.upperBound..<quotation.range.upperBound)
            index = content.lowerBound
            return
        }
        mask(value: token)
    }

    /// Of a further value of a list, the role of the one before.
    private func roleInList(_ range: Range<Int>) -> ValueRole? {
        if let last, last.end <= range.lowerBound, range.lowerBound - last.end <= 5,
            text[last.end..<range.lowerBound].allSatisfy({ $0.isOne(of: " ,adnor&") })
        {
            return last.role
        }
        return role(of: range)
    }

    private func isFile(_ token: Token, _ role: ValueRole?) -> Bool {
        if role == .file { return token.blanks <= 3 }
        return token.blanks == 0 && token.dots > 0 && !FileEnding.of(token.range, in: text, isFile: false).isEmpty
            && !FileEnding.isDependency(token.range, in: text)
    }

    private mutating func mask(path token: Token) {
        out.mask(.path, param: params.name(of: text[token.range]), ending: text[ending(ofPath: token.range)])
    }

    private mutating func mask(value token: Token) {
        let isNumber = token.letters == 0 && token.digits > 0 && token.dots < 2
        out.mask(isNumber ? .number : .text, param: params.name(of: text[token.range]))
    }
}
