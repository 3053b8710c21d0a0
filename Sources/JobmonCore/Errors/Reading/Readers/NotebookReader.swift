extension ErrorReader {
    /// A cell of a notebook that raised (nbconvert, papermill, `ipython`): IPython repeats the exception below its
    /// traceback.
    static let notebook = ErrorReader(["Traceback (most recent call last)"]) { lines in
        guard
            let header = lines.all.lastIndex(where: { line in
                guard let mark = line.firstRange(of: "Traceback (most recent call last)") else { return false }
                return isName(line[..<mark.lowerBound])
            })
        else { return nil }
        let type = lines.all[header].prefix { $0 != " " }
        let place = lines.all[(header + 1)...].lazy.reversed().compactMap { frame($0) }.first
        guard let index = lines.all[(header + 1)...].lastIndex(where: { $0.hasPrefix("\(type):") }) else {
            return ErrorReading("notebook", String(type), frame: place)
        }
        let first = lines.all[index].dropFirst(type.count + 1)
        let more = lines.paragraph(from: index + 1, atMost: 2)
        let message = first.trimmed
        return ErrorReading("notebook", type: String(type), more.isEmpty ? message : "\(message) \(more)", frame: place)
    }

    /// `Cell In[2], line 1, in load(path)`, `File ~/model.py:12, in load(path)`. Cells have no file, and their numbers
    /// count how often any was run.
    private static func frame(_ line: Substring) -> ErrorReading.Frame? {
        let isCell = line.hasPrefix("Cell In[")
        guard isCell || line.hasPrefix("File ") else { return nil }
        let function = line.firstRange(of: ", in ").map { line[$0.upperBound...].prefix { $0 != "(" } } ?? ""
        if isCell { return ErrorReading.Frame(file: "", function: function.isEmpty ? "<module>" : String(function)) }
        let path = line.dropFirst("File ".count).prefix { $0 != ":" && $0 != "," }
        return ErrorReading.Frame(path: path, function: function)
    }

    /// `KeyError          `: one name, and blanks behind it.
    private static func isName(_ text: Substring) -> Bool {
        let name = text.word(with: "_.")
        let rest = text[name.endIndex...]
        return !name.isEmpty && rest.count >= 2 && rest.allSatisfy { $0 == " " }
    }
}
