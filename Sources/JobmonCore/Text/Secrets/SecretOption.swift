/// An option by which a program is given a secret, and of which the name does not say so. From the manuals of the programs.
struct SecretOption: Sendable {
    /// With its dashes.
    let name: [UInt8]
    /// `-px`
    let isAttached: Bool
    /// `-p x`
    let isSeparate: Bool
    /// The sign behind which the secret begins, behind a user; 0: all of it is the secret.
    private let sign: UInt8
    /// A word that stands before it: a subcommand.
    private let subcommand: ShortWord?
    /// Only options stand between the program and it; what follows is another program.
    private let isLeading: Bool

    private init(
        _ name: StaticString, attached: Bool = false, separate: Bool = true, sign: UInt8 = 0, subcommand: String? = nil,
        isLeading: Bool = false
    ) {
        self.name = name.withUTF8Buffer { Array($0) }
        isAttached = attached
        isSeparate = separate
        self.sign = sign
        self.subcommand = subcommand.flatMap { ShortWord($0.utf8) }
        self.isLeading = isLeading
    }

    private static let colon = UInt8(ascii: ":")

    private static let table: [ShortWord: [SecretOption]] = {
        let rows: [(programs: String, options: [SecretOption])] = [
            // A `-p` with a blank asks for the password; what follows is the database.
            (
                """
                mysql mysqldump mysqladmin mysqlimport mysqlcheck mysqlshow mysqlslap mysqlbinlog mysqlpump mariadb
                mariadb-dump mariadb-admin mariadb-import mariadb-check
                """, [.init("-p", attached: true, separate: false)]
            ),
            (
                "curl",
                [
                    .init("-u", attached: true, sign: colon), .init("--user", sign: colon),
                    .init("-U", attached: true, sign: colon), .init("--proxy-user", sign: colon),
                ]
            ),
            ("http https xh", [.init("-a", attached: true, sign: colon), .init("--auth", sign: colon)]),
            ("sshpass", [.init("-p", attached: true, isLeading: true)]),
            ("redis-cli", [.init("-a")]),
            (
                "ldapsearch ldapadd ldapmodify ldapdelete ldapwhoami ldappasswd ldapcompare ldapmodrdn",
                [.init("-w", attached: true)]
            ),
            ("docker podman buildah skopeo helm", [.init("-p", attached: true, subcommand: "login")]),
            ("mongo mongosh mongodump mongorestore mongoexport mongoimport", [.init("-p")]),
            ("smbclient", [.init("-U", attached: true, sign: UInt8(ascii: "%"))]),
            ("lftp", [.init("-u", attached: true, sign: UInt8(ascii: ","))]),
            ("zip unzip zipcloak", [.init("-P", attached: true)]),
            ("7z 7za 7zr", [.init("-p", attached: true, separate: false)]),
            ("ipmitool sqlcmd bcp mosquitto_pub mosquitto_sub", [.init("-P", attached: true)]),
        ]
        var table: [ShortWord: [SecretOption]] = [:]
        for (programs, options) in rows {
            for program in ShortWord.set(programs) { table[program] = options }
        }
        return table
    }()

    /// Whether an option that begins with this letter may be in the table.
    static func mayBe(_ letter: UInt8, isLong: Bool) -> Bool { letter.isOne(of: isLong ? "upa" : "pPuUaw") }

    /// - Parameters:
    ///   - option: with its dashes, and with what stands behind it in the same word.
    ///   - words: those of the command before it.
    static func first(for option: some Collection<UInt8>, behind words: [some Collection<UInt8>]) -> SecretOption? {
        for (index, word) in words.enumerated().reversed() {
            let slash = word.lastIndexOfSlash
            guard let options = ShortWord(word[slash...]).flatMap({ table[$0] }) else { continue }
            let between = words[(index + 1)...]
            for rule in options where option.starts(with: rule.name) {
                guard option.count == rule.name.count || rule.isAttached else { continue }
                if rule.isLeading, !between.allSatisfy({ $0.first == UInt8(ascii: "-") }) { continue }
                if let subcommand = rule.subcommand, !between.contains(where: { ShortWord($0) == subcommand }) {
                    continue
                }
                return rule
            }
        }
        return nil
    }

    /// What of a value is the secret.
    func part(of value: Range<Int>, in text: SecretBytes) -> Range<Int>? {
        guard sign > 0 else { return value }
        guard let place = text.first(sign, in: value), place + 1 < value.upperBound else { return nil }
        return place + 1..<value.upperBound
    }
}

extension Collection<UInt8> {
    /// The place behind the last slash.
    fileprivate var lastIndexOfSlash: Index {
        var (place, found) = (startIndex, startIndex)
        while place < endIndex {
            let byte = self[place]
            formIndex(after: &place)
            if byte == UInt8(ascii: "/") { found = place }
        }
        return found
    }
}

/// The arguments of a command, one after the other.
struct SecretOptions {
    /// What of an argument is a secret because of those before it.
    enum Part {
        case none, all
        /// All but so many bytes.
        case behind(Int)
    }

    private enum Waiting {
        case name(SecretName)
        case rule(SecretOption)
    }

    private var words: [[UInt8]] = []
    private var waiting: Waiting?

    mutating func part(of argument: String) -> Part {
        var copy = argument
        return copy.withUTF8 { part(of: SecretBytes($0)) }
    }

    private mutating func part(of text: SecretBytes) -> Part {
        defer { if text.count < 256 { words.append(Array(text.all)) } }
        let all = 0..<text.count
        let isOption = text[0] == UInt8(ascii: "-") && text.count > 1
        let last = waiting
        waiting = nil
        if let last, !isOption || !Self.isName(text) {
            switch last {
            case .name(let name):
                return SecretValue(text, all, named: name).isSecret(name.strictness(in: .option)) ? .all : .none
            case .rule(let rule): return secret(of: all, rule, in: text)
            }
        }
        guard isOption, text.count < 4096 else { return .none }
        if let rule = SecretOption.first(for: text.all.prefix { $0 != UInt8(ascii: "=") }, behind: words) {
            let length = rule.name.count
            guard text.count > length else {
                if rule.isSeparate { waiting = .rule(rule) }
                return .none
            }
            return secret(of: length + (text[length] == UInt8(ascii: "=") ? 1 : 0)..<text.count, rule, in: text)
        }
        let start = text[1] == UInt8(ascii: "-") ? 2 : 1
        if text.count - start > 2, text.endOfName(from: start) == text.count {
            waiting = SecretName(start..<text.count, in: text).map { .name($0) }
        }
        return .none
    }

    private func secret(of value: Range<Int>, _ rule: SecretOption, in text: SecretBytes) -> Part {
        guard let part = rule.part(of: value, in: text), SecretValue(text, part).isSecret(.always) else { return .none }
        return part.lowerBound == 0 ? .all : .behind(part.lowerBound)
    }

    /// Whether it is an option by its letters.
    private static func isName(_ text: SecretBytes) -> Bool {
        text.all.prefix { $0 != UInt8(ascii: "=") }.allSatisfy { $0.isASCIILetter || $0 == UInt8(ascii: "-") }
    }
}
