extension SecretMask {
    /// A part of a longer output, which may begin or end within a line, or within a private key.
    ///
    /// Whether a word is a secret is often said before it. Therefore a reader that begins within a line should go back to the
    /// line's start, as far as it can, and give what it found there as `context`. A word of which the beginning is not known
    /// is masked, whatever it looks like: otherwise a reader could begin right behind `password=`.
    ///
    /// - Parameters:
    ///   - context: what stands directly before the chunk. It is not part of the result.
    ///   - beginsInLine: the context (or the chunk, if there is none) does not begin with a line.
    ///   - endsInLine: the chunk ends before its last line does; a form that the end cuts off is masked.
    package static func masked(chunk: String, context: String = "", beginsInLine: Bool, endsInLine: Bool) -> String {
        masked(context + chunk, from: context.utf8.count) { text in
            var start = endOfKey(in: text)
            var found = start > 0 ? SecretScan.lines(of: 0..<start, in: text) : []
            if start == 0, beginsInLine, text.count > 0 {
                while start < text.count, !text[start].isBlank { start += 1 }
                if start > 0 { found.append(0..<start) }
            }
            return found + SecretScan.ranges(in: text, from: start, isCut: endsInLine)
        }
    }

    /// The end of the lines of a private key that began before the text; 0: it does not begin within a key.
    private static func endOfKey(in text: SecretBytes) -> Int {
        var place = 0
        var lines = 0
        while place < text.count {
            let end = text.endOfLine(from: place)
            if let key = SecretScan.endOfKey(place..<end, in: text) { return key }
            let length = text.trimmed(place..<end).count
            guard SecretScan.isKeyLine(place..<end, in: text) else { break }
            // The lines of a key are long, but for the first, which may be cut, and the last.
            let isLong = length >= SecretScan.longKeyLine
            if place > 0, !isLong {
                // The end may stand behind it.
                let next = text.startOfNextLine(from: end)
                if let key = SecretScan.endOfKey(next..<max(next, text.endOfLine(from: next)), in: text) { return key }
                if lines > 1 { place = min(next, text.count) }
                break
            }
            if isLong { lines += 1 }
            place = text.startOfNextLine(from: end)
        }
        // One line may be anything.
        return lines > 1 ? min(place, text.count) : 0
    }
}
