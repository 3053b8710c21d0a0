/// A program's output in the final state that a terminal shows. A progress bar overwrites its line with carriage
/// returns; only its last state counts.
package enum LastState {
    /// The text with the last state of each line.
    package static func of(_ text: String) -> String {
        guard text.utf8.contains(carriageReturn) else { return text }
        let lines = text.utf8.split(separator: lineFeed, omittingEmptySubsequences: false)
        return lines.map { String(decoding: of(line: $0), as: UTF8.self) }.joined(separator: "\n")
    }

    /// The last state of one line: the text after the last carriage return, not counting carriage returns at the end.
    package static func of<Bytes: BidirectionalCollection<UInt8>>(line: Bytes) -> Bytes.SubSequence {
        var end = line.endIndex
        while end > line.startIndex, line[line.index(before: end)] == carriageReturn { end = line.index(before: end) }
        let rest = line[..<end]
        guard let last = rest.lastIndex(of: carriageReturn) else { return rest }
        let state = rest[rest.index(after: last)...]
        // ESC [ K and similar sequences only clear the line.
        guard state.first == 0x1B, let final = state.dropFirst().firstIndex(where: { 0x40...0x7E ~= $0 && $0 != 0x5B }),
            state[final] == UInt8(ascii: "K")
        else { return state }
        return state[state.index(after: final)...]
    }

    private static let carriageReturn: UInt8 = 0x0D
    private static let lineFeed: UInt8 = 0x0A
}
