/// What the words around a value say about it. They decide whether the value is the cause, and stays, or differs from job
/// to job, and is masked.
enum ValueRole: Sendable {
    /// The name of what has to be installed, called or spelled in another way: a module, a command, an option.
    case software
    /// A name in the code or the data of the job: a variable, a column, a key.
    case name
    /// Source code that a message repeats, such as the condition of an assertion.
    case code
    /// The version of something.
    case version
    /// A file or a directory.
    case file
    /// A value of the data.
    case data

    /// The role of the value that stands in a range of a message. What follows a value is more exact than what stands
    /// before it (`argument 'x1': 'abc' is not a number`).
    init?(of range: Range<Int>, in text: MessageBytes) {
        let (start, end) = (range.lowerBound, range.upperBound)
        guard let role = Self.after(end, in: text) ?? Self.before(start, in: text) ?? Self.noun(after: end, in: text)
        else { return nil }
        self = role
    }

    // MARK: What follows

    private static func after(_ end: Int, in text: MessageBytes) -> ValueRole? {
        var start = end
        if text[start] == UInt8(ascii: ":") { start += 1 }
        while text[start].isBlank { start += 1 }
        guard start > end else { return nil }
        return followers.first { text.has($0.words, at: start) }?.role
    }

    /// In this order: `is not a valid option` before `is not a valid`.
    private static let followers: [(words: StaticString, role: ValueRole)] = [
        ("command not found", .software), ("(of a command)", .software), ("codec", .software),
        ("is not recognized", .software),
        ("is not installed", .software), ("is not a valid option", .software), ("is not a valid command", .software),
        ("is not a valid keyword", .software),
        ("is not a valid column", .name), ("is not a valid variable", .name), ("is not a valid parameter", .name),
        ("is not valid json", .data), ("is not a valid", .data), ("is not in list", .data),
        ("is not a number", .data), ("is not numeric", .data), ("is not one of", .data), ("is out of", .data),
        ("is too", .data), ("to float", .data), ("to int", .data), ("as a number", .data), ("does not match", .data),
        ("cannot be converted", .data), ("could not be converted", .data),
        ("is not defined", .name), ("not defined", .name), ("undefined", .name), ("undeclared", .name),
        ("was not declared", .name), ("has no attribute", .name), ("has no member", .name), ("object has no", .name),
        ("object is not", .name), ("object cannot", .name), ("object does", .name), ("is not a function", .name),
        ("is not in index", .name), ("not in index", .name), ("not found in", .name), ("unbound variable", .name),
        ("does not name", .name), ("is not a member", .name), ("is not a known", .name), ("is unknown", .name),
        ("is required", .name), ("is a required", .name), ("must be", .name), ("must have", .name),
        ("should be", .name), ("is missing", .name),
    ]

    /// Of a noun that follows: `the 'age' column`.
    private static func noun(after end: Int, in text: MessageBytes) -> ValueRole? {
        guard text[end] == 0x20 else { return nil }
        var last = end + 1
        while text[last].isASCIILetter { last += 1 }
        guard let role = ShortWord(text[end + 1..<last]).flatMap({ words[$0] }) else { return nil }
        return role == .name || role == .software ? role : nil
    }

    // MARK: What stands before

    private static func before(_ start: Int, in text: MessageBytes) -> ValueRole? {
        var end = start
        while end > 0, start - end < 4, text[end - 1].isOne(of: " :=([#<") { end -= 1 }
        let range = text.letters(endingAt: end)
        guard let last = ShortWord(text[range]) else { return nil }
        let earlier = wordBefore(range.lowerBound, in: text)
        let previous = ShortWord(text[earlier])
        if let previous, let pair = pairs.first(where: { $0.last == last && $0.previous.contains(previous) }) {
            return pair.role
        }
        // Ruby's `fit.rb:3:in 'load'`.
        if last == within, text[range.lowerBound - 1] == UInt8(ascii: ":") { return .name }
        // `command not found: x`
        if last == found, previous == not {
            return ShortWord(text[wordBefore(earlier.lowerBound, in: text)]).flatMap { words[$0] }
        }
        // `module named 'x'` speaks of a module.
        if fillers.contains(last) { return previous.flatMap { words[$0] } }
        if let role = words[last] { return role }
        // `unknown layer 'x'`, whatever a layer is.
        return previous.map { denials.contains($0) } ?? false ? .name : nil
    }

    /// The word before another one.
    private static func wordBefore(_ start: Int, in text: MessageBytes) -> Range<Int> {
        var end = start
        while end > 0, start - end < 2, text[end - 1] == 0x20 { end -= 1 }
        return end == start ? end..<end : text.letters(endingAt: end)
    }

    private static let found = ShortWord("found".utf8)
    private static let within = ShortWord("in".utf8)
    private static let not = ShortWord("not".utf8)
    private static let fillers = ShortWord.set("named called is was of like as")
    private static let denials = ShortWord.set(
        "unknown undefined unrecognized unrecognised undeclared unsupported nonexistent such")

    /// Two words that say more than the last one alone.
    private static let pairs: [(previous: Set<ShortWord>, last: ShortWord?, role: ValueRole)] = [
        (ShortWord.set("import"), ShortWord("name".utf8), .software),
        (ShortWord.set("reference"), ShortWord("to".utf8), .software),
        (ShortWord.set("module header include library object"), ShortWord("file".utf8), .software),
        (ShortWord.set("input output file host"), ShortWord("name".utf8), .file),
        (ShortWord.set("read sample sequence contig record user"), ShortWord("name".utf8), .data),
    ]

    /// The role that the word before a value gives it.
    private static let words: [ShortWord: ValueRole] = {
        let lists: [(ValueRole, String)] = [
            (
                .software,
                """
                module modules package packages library libraries command commands program executable interpreter
                function functions operator option options argument arguments flag flags plugin class classes keyword
                keywords symbol symbols import crate procedure subroutine routine macro codec encoding driver backend
                engine extension dependency dependencies env locate install binary compiler
                """
            ),
            (
                .name,
                """
                variable variables column columns key keys field fields attribute attributes object objects table tables
                relation tag tags property properties method methods type types dimension dimensions array parameter
                parameters param section element identifier name names label feature features constraint schema
                database dataset token component coordinate layer term sheet enum struct trait namespace kind protocol
                partition account qos queue resource device environment unknown undefined unrecognized unrecognised
                undeclared unsupported missing expression keyerror nameerror attributeerror undefvarerror referenceerror
                trait
                """
            ),
            (.code, "assertion"),
            (.version, "version versions"),
            (
                .file,
                """
                file files directory folder path open opening opened read reading load loading write writing access
                accessing save saving stat filename archive document
                """
            ),
            (
                .data,
                """
                value values string literal got float int integer double number date text line row record entry id
                choice choices category categories sample input user host from
                """
            ),
        ]
        var words: [ShortWord: ValueRole] = [:]
        for (role, list) in lists {
            for word in ShortWord.set(list) { words[word] = role }
        }
        return words
    }()
}
