/// The rounds of a queue: the same jobs queued once more are different jobs. In the ledger, the key of a job of a later
/// round ends with `#2`, `#3` and so on.
package enum QueueRound {
    /// The round of a key in the ledger, from 1.
    package static func of(_ jobKey: String) -> Int { suffix(jobKey)?.round ?? 1 }

    /// The key as it was given, which all rounds of a job have in common.
    package static func withoutRound(_ jobKey: String) -> String {
        suffix(jobKey).map { String(jobKey[..<$0.mark]) } ?? jobKey
    }

    package static func key(_ key: String, round: Int) -> String { round > 1 ? "\(key)#\(round)" : key }

    private static func suffix(_ jobKey: String) -> (mark: String.Index, round: Int)? {
        guard let mark = jobKey.utf8.lastIndex(of: UInt8(ascii: "#")),
            let round = Int(jobKey[jobKey.utf8.index(after: mark)...]), round > 1
        else { return nil }
        return (mark, round)
    }
}
