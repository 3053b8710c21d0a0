/// A table of text according to RFC 4180: quoted fields may contain separators, line breaks and doubled quotes.
struct RunTable {
    struct Row {
        /// The line on which the row begins, from 1.
        var line: Int
        var fields: [String]
    }

    var rows: [Row] = []

    /// Where and why a table is not well-formed.
    struct Failure: Error {
        var line: Int
        var message: String
    }

    /// Rows without any text are skipped.
    init(_ text: String, separator: Character) throws(Failure) {
        // CR LF is one Character.
        let characters = Array(text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...])
        var index = 0
        var line = 1
        while index < characters.count {
            var row = Row(line: line, fields: [])
            var ended = false
            while !ended {
                var field = ""
                if index < characters.count, characters[index] == "\"" {
                    let opened = line
                    index += 1
                    while true {
                        guard index < characters.count else {
                            throw Failure(line: opened, message: "a quote is opened but not closed")
                        }
                        if characters[index] == "\"" {
                            guard index + 1 < characters.count, characters[index + 1] == "\"" else { break }
                            index += 1
                        }
                        if characters[index].endsLine { line += 1 }
                        field.append(characters[index])
                        index += 1
                    }
                    index += 1
                    guard index == characters.count || characters[index] == separator || characters[index].endsLine
                    else { throw Failure(line: line, message: "text follows a closing quote") }
                } else {
                    while index < characters.count, characters[index] != separator, !characters[index].endsLine {
                        field.append(characters[index])
                        index += 1
                    }
                }
                row.fields.append(field)
                if index < characters.count, characters[index] == separator {
                    index += 1
                } else {
                    ended = true
                }
            }
            if index < characters.count {
                index += 1
                line += 1
            }
            if row.fields != [""] { rows.append(row) }
        }
    }
}

extension Character {
    /// Whether it ends a line of a file, as LF or CR LF. (Other Unicode line breaks may be part of a text.)
    var endsLine: Bool { self == "\n" || self == "\r\n" }
}
