/// The end of a text in lines as a terminal shows them in the end: without colours, without the frames of boxes, and of
/// a progress bar only its last state. Blank lines are empty.
struct ErrorLines {
    let all: [Substring]

    /// Lines that are read at most, from the end. What ends a program stands in fewer.
    private static let most = 1500

    init(_ all: [Substring]) { self.all = all }

    init(_ text: Substring.UTF8View) {
        var lines: [Substring] = []
        for line in Self.places(in: text).reversed() {
            let start = text.index(text.startIndex, offsetBy: line.start)
            let bytes = text[start..<text.index(start, offsetBy: line.end - line.start)]
            lines.append(line.isPlain ? Self.content(Self.whole(bytes)) : Self.finalState(bytes))
        }
        while lines.last?.isEmpty ?? false { lines.removeLast() }
        all = lines
    }

    /// A line's place in a text, in bytes.
    private struct Place {
        var start = 0
        var end: Int
        /// It has no byte by which a terminal does more than to write.
        var isPlain = true
    }

    /// The lines of a text, the last one first.
    private static func places(in text: Substring.UTF8View) -> [Place] {
        let places = text.withContiguousStorageIfAvailable { bytes in
            var places: [Place] = []
            var place = Place(end: bytes.count)
            for index in bytes.indices.reversed() {
                let byte = bytes[index]
                guard byte < 0x20, byte != 0x09 else { continue }
                guard byte == 0x0A else {
                    place.isPlain = false
                    continue
                }
                place.start = index + 1
                places.append(place)
                guard places.count < most else { return places }
                place = Place(end: index)
            }
            places.append(place)
            return places
        }
        return places ?? Self.places(in: Substring(decoding: Array(text), as: UTF8.self).utf8)
    }

    /// The lines that are not blank.
    var filled: [Substring] { all.filter { !$0.isEmpty } }

    /// Those that a rule does not hold for, and those that it holds for.
    func separated(_ isApart: (Substring) -> Bool) -> (rest: ErrorLines, apart: [Substring]) {
        guard let first = all.firstIndex(where: { !$0.isEmpty && isApart($0) }) else { return (self, []) }
        var (rest, apart) = (Array(all[..<first]), [all[first]])
        for line in all[(first + 1)...] {
            if line.isEmpty || !isApart(line) { rest.append(line) } else { apart.append(line) }
        }
        return (ErrorLines(rest), apart)
    }

    func last(where holds: (Substring) -> Bool) -> Substring? { all.last(where: holds) }

    /// The last line that is not blank.
    var last: Substring? { all.last { !$0.isEmpty } }

    /// The lines from an index on that belong together, joined to one: up to a blank line, an ornament, advice, or the
    /// given end, and no more than `limit` characters or so.
    func paragraph(
        from start: Int, atMost count: Int = 4, limit: Int = 240, until isEnd: (Substring) -> Bool = { _ in false }
    ) -> String {
        var text = ""
        var end = start
        for line in all.dropFirst(start).prefix(count) {
            if line.isEmpty || text.utf8.count > limit || LineKind.isOrnament(line) || LineKind.isAdvice(line) { break }
            if isEnd(line) { break }
            if !text.isEmpty { text += " " }
            text += LineKind.withoutDrawing(line).trimmed
            end += 1
        }
        // `Cannot find source file:`, and below a blank line which one.
        if text.hasSuffix(":"), end + 1 < all.count, all[end].isEmpty { text += " \(all[end + 1].trimmed)" }
        return text
    }

    private static func finalState(_ bytes: Substring.UTF8View) -> Substring {
        if bytes.contains(0x0D) {
            // A message may stand among the states of a progress bar.
            let states = bytes.split(separator: 0x0D).map { plain(whole($0)) }.filter { !$0.isEmpty }
            return states.last { !LineKind.isOrnament($0) } ?? states.last ?? ""
        }
        return plain(whole(bytes))
    }

    /// The bytes as text. Only the first line of an end that was cut may begin within a character; the others are not
    /// copied.
    private static func whole(_ bytes: Substring.UTF8View) -> Substring {
        bytes.first.map { $0 & 0xC0 == 0x80 } ?? false ? Substring(decoding: bytes, as: UTF8.self) : Substring(bytes)
    }

    private static func plain(_ line: Substring) -> Substring { content(line.withoutColours) }

    private static func content(_ line: Substring) -> Substring {
        let line = DrawnBox.content(line)
        return line.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 } ? "" : line
    }
}

/// Boxes that programs draw around their messages.
enum DrawnBox {
    /// What stands in a line within the sides of a box; the line itself if it is not in a box.
    static func content(_ line: Substring) -> Substring {
        // Of all bytes that a side can begin with, most lines have none there.
        guard let byte = line.utf8.first, byte == 0xE2 || byte == 0x20 || plain.contains(byte) else { return line }
        if byte != 0xE2 { return plainContent(line) }
        guard let first = line.first, sides.contains(first) else { return line }
        var inner = line.dropFirst()
        while inner.last == " " { inner.removeLast() }
        if let last = inner.last, sides.contains(last) { inner.removeLast() }
        return withoutMargin(inner)
    }

    /// Boxes of `|` and of `*`, such as those of Fortran programs, are wide, and have the same side on the right.
    private static func plainContent(_ line: Substring) -> Substring {
        let bytes = line.utf8.drop { $0 == 0x20 }
        guard let side = bytes.first, plain.contains(side) else { return line }
        var inner = bytes.dropFirst()
        while inner.last == 0x20 { inner.removeLast() }
        guard inner.count >= narrowest, inner.first == 0x20, inner.last == side else { return line }
        inner.removeLast()
        // A row of a table has more of them.
        return inner.contains(side) ? line : withoutMargin(Substring(inner))
    }

    private static func withoutMargin(_ inner: Substring) -> Substring {
        var inner = inner
        while inner.last == " " { inner.removeLast() }
        return inner.first == " " ? inner.dropFirst() : inner
    }

    private static let sides: Set<Character> = ["│", "┃"]
    private static let plain = Set("|*".utf8)
    private static let narrowest = 40
}
