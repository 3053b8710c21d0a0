/// A form of token that is known by its beginning, as the one who issues it documents it.
struct SecretToken: Sendable {
    let prefix: [UInt8]
    /// The place in the beginning of the byte by which it is found: at least 2.
    let anchor: Int
    /// What follows the beginning.
    let alphabet: Alphabet
    let length: ClosedRange<Int>
    /// A short beginning, which is one of other words too: what follows has to look random.
    let isDoubtful: Bool

    enum Alphabet: Sendable {
        case capitals, alphanumeric, hex, word, wordAndDots, path

        func has(_ byte: UInt8) -> Bool {
            switch self {
            case .capitals: byte.isUppercase || byte.isDigit
            case .alphanumeric: byte.isAlphanumeric
            case .hex: byte.isHexDigit
            case .word: byte.isAlphanumeric || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
            case .wordAndDots: byte.isNamePart
            case .path: byte.isNamePart || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "@")
            }
        }
    }

    private init(
        _ prefix: StaticString, _ anchor: Int, _ alphabet: Alphabet, _ length: Int, exactly: Bool = false,
        isDoubtful: Bool = false
    ) {
        self.prefix = prefix.withUTF8Buffer { Array($0) }
        self.anchor = anchor
        self.alphabet = alphabet
        self.length = length...(exactly ? length : .max)
        self.isDoubtful = isDoubtful
    }

    /// Lengths are the documented ones or less, since many have grown.
    static let all: [SecretToken] = [
        // Amazon, "IAM identifiers": access keys, those of STS, bearer tokens. 16 letters and digits follow.
        .init("AKIA", 2, .capitals, 16, exactly: true), .init("ASIA", 2, .capitals, 16, exactly: true),
        .init("ABIA", 2, .capitals, 16, exactly: true),
        // GitHub, "About authentication to GitHub": personal, OAuth, user, installation and refresh tokens. The tokens of
        // installations have dots and dashes since 2026.
        .init("ghp_", 3, .alphanumeric, 30), .init("gho_", 3, .alphanumeric, 30), .init("ghu_", 3, .alphanumeric, 30),
        .init("ghs_", 3, .wordAndDots, 30), .init("ghr_", 3, .alphanumeric, 30),
        .init("github_pat_", 6, .word, 22),
        // GitLab, "Token overview": personal, deploy, runner, trigger, CI job, feed, SCIM, mail, agent and OAuth tokens.
        .init("glpat-", 5, .wordAndDots, 16), .init("gldt-", 4, .wordAndDots, 16), .init("glrt-", 4, .wordAndDots, 16),
        .init("glptt-", 5, .wordAndDots, 16), .init("glcbt-", 5, .wordAndDots, 16), .init("glft-", 4, .wordAndDots, 16),
        .init("glsoat-", 6, .wordAndDots, 16), .init("glimt-", 5, .wordAndDots, 16),
        .init("glagent-", 7, .wordAndDots, 16), .init("gloas-", 5, .wordAndDots, 16),
        // Slack, "Token types": bot, user, configuration, workspace, session and app tokens.
        .init("xoxb-", 4, .word, 10), .init("xoxp-", 4, .word, 10), .init("xoxa-", 4, .word, 10),
        .init("xoxr-", 4, .word, 10), .init("xoxs-", 4, .word, 10), .init("xoxc-", 4, .word, 10),
        .init("xoxd-", 4, .word, 10), .init("xoxo-", 4, .word, 10), .init("xoxe-", 4, .wordAndDots, 10),
        .init("xoxe.", 4, .wordAndDots, 10), .init("xapp-", 4, .word, 10),
        // Addresses to which whoever knows them may post: incoming webhooks of Slack, Discord and Teams.
        .init("hooks.slack.com/", 15, .path, 16), .init("discord.com/api/webhooks/", 11, .path, 16),
        .init("discordapp.com/api/webhooks/", 14, .path, 16), .init("webhook.office.com/", 18, .path, 16),
        // Google Cloud, "API keys" (39 in all); secrets and access tokens of OAuth.
        .init("AIza", 2, .word, 30), .init("GOCSPX-", 6, .word, 20), .init("ya29.", 4, .word, 20),
        // Stripe, "API keys": secret, restricted, and of webhooks. Those with pk_ are published.
        .init("sk_live_", 2, .alphanumeric, 10), .init("sk_test_", 2, .alphanumeric, 10),
        .init("rk_live_", 2, .alphanumeric, 10), .init("rk_test_", 2, .alphanumeric, 10),
        .init("whsec_", 5, .alphanumeric, 16),
        // OpenAI (sk-, sk-proj-), Anthropic (sk-ant-), OpenRouter (sk-or-) and services like them.
        .init("sk-proj-", 2, .word, 16), .init("sk-ant-", 2, .word, 16), .init("sk-", 2, .word, 20, isDoubtful: true),
        .init("gsk_", 3, .alphanumeric, 20), .init("nvapi-", 5, .word, 20), .init("xai-", 3, .alphanumeric, 30),
        // PyPI: a macaroon, of which the first bytes are always the same.
        .init("pypi-AgE", 4, .word, 16),
        // Hugging Face, "User access tokens"; Replicate.
        .init("hf_", 2, .alphanumeric, 20), .init("r8_", 2, .alphanumeric, 30),
        // npm, "About access tokens"; Docker Hub; RubyGems.
        .init("npm_", 3, .alphanumeric, 30), .init("dckr_pat_", 4, .word, 20), .init("rubygems_", 8, .hex, 32),
        // HashiCorp Vault (service, batch and recovery tokens), SendGrid, DigitalOcean, Shopify, Tailscale, age.
        .init("hvs.", 3, .word, 20), .init("hvb.", 3, .word, 20), .init("hvr.", 3, .word, 20),
        .init("SG.", 2, .wordAndDots, 40, isDoubtful: true), .init("dop_v1_", 3, .hex, 40),
        .init("shpat_", 5, .hex, 32),
        .init("tskey-", 5, .word, 16), .init("AGE-SECRET-KEY-1", 3, .capitals, 50),
    ]

    /// The end of the token that has its anchor at a place of a text.
    /// - Parameter isCut: the text ends within a word; the token may be longer.
    func range(at place: Int, in text: SecretBytes, isCut: Bool) -> Range<Int>? {
        let start = place - anchor
        guard start >= 0, start + prefix.count <= text.count else { return nil }
        for offset in prefix.indices where text[start + offset] != prefix[offset] { return nil }
        let before = text[start - 1]
        guard !before.isWordPart || Self.isEscape(start - 1, in: text) else { return nil }
        let body = start + prefix.count
        var end = body
        let most = isDoubtful ? 128 : length.upperBound
        while end < text.count, end - body < most, alphabet.has(text[end]) { end += 1 }
        if end == text.count, isCut { return start..<end }
        // The end of a sentence.
        while end > body, text[end - 1] == UInt8(ascii: ".") { end -= 1 }
        guard end - body >= length.lowerBound else { return nil }
        if length.upperBound < .max, text[end].isWordPart { return nil }
        if isDoubtful {
            guard SecretValue(text, body..<end).isRandom else { return nil }
            while alphabet.has(text[end]) { end += 1 }
        }
        // What a document shows instead of one: `ghp_xxxxxxxx`.
        return text[body..<end].allSatisfy { $0 == text[body] } ? nil : start..<end
    }

    /// `\n` and the like, in a text within a text.
    private static func isEscape(_ place: Int, in text: SecretBytes) -> Bool {
        text[place].isOne(of: "nrt") && text[place - 1] == UInt8(ascii: "\\")
    }

    // MARK: Finding

    static let hashes = 1024

    /// Of the three bytes up to the anchor.
    var hash: Int { Self.hash(prefix[anchor - 2], prefix[anchor - 1], prefix[anchor]) }

    /// For each hash, 1 and the index of the first token; 0: none.
    private static let heads: [UInt8] = chains.heads
    /// For each token, 1 and the index of the next one with the same hash.
    private static let next: [UInt8] = chains.next

    private static let chains: (heads: [UInt8], next: [UInt8]) = {
        var heads = [UInt8](repeating: 0, count: hashes)
        var next = [UInt8](repeating: 0, count: all.count)
        // In reverse: of two with the same hash the first of the list is looked at first.
        for index in all.indices.reversed() {
            let place = all[index].hash
            next[index] = heads[place]
            heads[place] = UInt8(index + 1)
        }
        return (heads, next)
    }()

    static func hash(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Int {
        (Int(first) &* 37 &+ Int(second) &* 5 &+ Int(third)) & (hashes - 1)
    }

    static func range(at place: Int, in text: SecretBytes, isCut: Bool) -> Range<Int>? {
        guard place >= 2 else { return nil }
        var index = Int(heads[hash(text[place - 2], text[place - 1], text[place])])
        while index > 0 {
            if let range = all[index - 1].range(at: place, in: text, isCut: isCut) { return range }
            index = Int(next[index - 1])
        }
        return nil
    }
}
