extension ErrorReader {
    /// `std::runtime_error: cannot open`, from the two lines that the runtime of C++ writes. An exception without a text
    /// says less than what the program wrote before it.
    static let cPlusPlus = ErrorReader(["terminate called after "]) { lines in
        let mark = "terminate called after throwing an instance of "
        guard let index = lines.all.lastIndex(where: { $0.hasPrefix(mark) }) else { return nil }
        let type = lines.all[index].dropFirst(mark.count).trimmed { $0 == "'" }
        if index + 1 < lines.all.count, let what = lines.all[index + 1].firstRange(of: "what():") {
            let first = lines.all[index + 1][what.upperBound...].trimmed
            let more = lines.paragraph(from: index + 2, atMost: 2) { LineKind.isClosing($0) || $0.hasPrefix("[") }
            return ErrorReading("c++", type: type, more.isEmpty ? first : "\(first) \(more)")
        }
        let before = ErrorLines(Array(lines.all[..<index]))
        let said = MarkedLines(before).reading ?? LastLine(before).reading
        guard let said, said.isTelling else { return ErrorReading("c++", type) }
        return said
    }
}
