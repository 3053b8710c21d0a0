/// How one kind of token is masked, or why it stays.
struct MaskingRule: Sendable {
    let name: StaticString
    /// Whether the rule took the token; then it has written what stands for it, and moved behind it.
    let apply: @Sendable (inout MessageMasking, Token) -> Bool

    private init(_ name: StaticString, _ apply: @escaping @Sendable (inout MessageMasking, Token) -> Bool) {
        (self.name, self.apply) = (name, apply)
    }

    /// All rules; the first that takes a token decides. Hence the order:
    /// - Plain words first, since most tokens are; only a chromosome's name is a word and yet one of many.
    /// - A URL holds anything else.
    /// - Codes and versions are numbers that are the cause: before all that masks numbers.
    /// - Options, since they may look like negative numbers.
    /// - What is longer before what it is made of: an address of mail before a host, times before numbers and paths
    ///   (2026/01/31), parts of the software before paths, paths before files, files before hosts (`a.nc`), hosts before
    ///   numbers (10.0.0.1).
    /// - Identifiers at last: any other word with digits, unless it is a technical term or the words around it make it a
    ///   name.
    static let all = [
        MaskingRule("chromosome") { $0.takeChromosome($1) },
        MaskingRule("word") { $0.takeWord($1) }, MaskingRule("url") { $0.takeUrl($1) },
        MaskingRule("code") { $0.takeCode($1) }, MaskingRule("version") { $0.takeVersion($1) },
        MaskingRule("option") { $0.takeOption($1) }, MaskingRule("mail") { $0.takeMail($1) },
        MaskingRule("time") { $0.takeTime($1) }, MaskingRule("part") { $0.takePart($1) },
        MaskingRule("path") { $0.takePath($1) }, MaskingRule("file") { $0.takeFile($1) },
        MaskingRule("host") { $0.takeHost($1) }, MaskingRule("hex") { $0.takeHex($1) },
        MaskingRule("number") { $0.takeNumber($1) }, MaskingRule("term") { $0.takeTerm($1) },
        MaskingRule("named") { $0.takeNamed($1) }, MaskingRule("identifier") { $0.takeIdentifier($1) },
    ]
}
