/// The names and the addresses of hosts.
enum HostName {
    static func isOne(_ token: Token, in text: MessageBytes) -> Bool {
        let labels = text[token.range].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        if token.letters == 0 {
            return labels.count == 4 && labels.allSatisfy { 1...3 ~= $0.count && $0.allSatisfy { $0.isDigit } }
        }
        // `a.b` may be anything, and `org.apache.x` is a package.
        guard labels.count > 2, let last = labels.last.flatMap({ ShortWord($0) }) else { return false }
        return domains.contains(last)
    }

    private static let domains = ShortWord.set(
        """
        com org net edu gov int local localdomain internal intranet lan cluster hpc
        de uk fr ch nl be se dk fi pl cz eu jp cn kr au ca br ru
        """)
}
