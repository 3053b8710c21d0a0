/// Finds the few texts that can match a pattern such as `*_2001` or `*_s7_*`, by pieces of three bytes: a text that
/// matches has all pieces of the pattern's literal parts, so only the texts with the rarest of these are compared.
struct PieceIndex: Sendable {
    private var listOfPiece: [UInt32: Int32] = [:]
    private var lists: Int32Lists
    /// A byte for the beginning and the end of a text, which makes `*_s7` differ from `*_s7*`.
    private static let edge: UInt8 = 0

    /// - Parameter numbers: the texts to find, by their places in `texts`.
    init(_ texts: [String], numbers: [Int32]) {
        var listOfPiece: [UInt32: Int32] = [:]
        for number in numbers {
            Self.forEachPiece(Self.whole(texts[Int(number)])) { piece in
                if listOfPiece[piece] == nil { listOfPiece[piece] = Int32(listOfPiece.count) }
            }
        }
        lists = Int32Lists(count: listOfPiece.count) { put in
            for number in numbers {
                Self.forEachPiece(Self.whole(texts[Int(number)])) { piece in
                    if let list = listOfPiece[piece] { put(Int(list), number) }
                }
            }
        }
        self.listOfPiece = listOfPiece
    }

    /// The texts that can match a pattern, some of them more than once; nil: it has no literal part that is long
    /// enough.
    func candidates(_ pattern: String) -> ArraySlice<Int32>? {
        var best: ArraySlice<Int32>?
        for part in Self.literalParts(pattern) {
            Self.forEachPiece(part) { piece in
                let numbers = listOfPiece[piece].map { lists[Int($0)] } ?? []
                if best.map({ numbers.count < $0.count }) ?? true { best = numbers }
            }
        }
        return best
    }

    private static func whole(_ text: String) -> [UInt8] { [edge] + text.utf8 + [edge] }

    private static func forEachPiece(_ bytes: [UInt8], _ body: (UInt32) -> Void) {
        var piece: UInt32 = 0
        for (index, byte) in bytes.enumerated() {
            piece = (piece << 8 | UInt32(byte)) & 0xFF_FFFF
            if index >= 2 { body(piece) }
        }
    }

    /// The parts between the wildcards, with the edges of the text.
    private static func literalParts(_ pattern: String) -> [[UInt8]] {
        let bytes = whole(pattern)
        var parts: [[UInt8]] = [[]]
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "*"), UInt8(ascii: "?"): parts.append([])
            case UInt8(ascii: "["):
                parts.append([])
                index += 1
                if index < bytes.count, bytes[index] == UInt8(ascii: "^") { index += 1 }
                // The first one of a set does not close it. A set that is not closed matches nothing.
                guard index < bytes.count, let end = bytes[(index + 1)...].firstIndex(of: UInt8(ascii: "]")) else {
                    return parts
                }
                index = end
            default: parts[parts.count - 1].append(bytes[index])
            }
            index += 1
        }
        return parts
    }
}
