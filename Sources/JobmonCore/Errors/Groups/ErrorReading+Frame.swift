extension ErrorReading.Frame {
    /// A place in a file; nil: the file belongs to an interpreter, a package or the system.
    init?(path: Substring, function: Substring) {
        guard !path.isEmpty, !Self.isOfLibrary(path) else { return nil }
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let file = slash.map { path[path.utf8.index(after: $0)...] } ?? path
        self.init(file: String(file), function: String(function))
    }

    /// A function of which no file is known.
    init?(function: Substring) {
        guard !function.isEmpty else { return nil }
        self.init(file: "", function: String(function))
    }

    private static func isOfLibrary(_ path: Substring) -> Bool {
        let found = path.utf8.withContiguousStorageIfAvailable { bytes in
            // `<frozen codecs>`, `<decorator-gen-12>`
            if bytes.first == UInt8(ascii: "<") { return !own.contains { starts(bytes, $0, at: 0) } }
            if systems.contains(where: { starts(bytes, $0, at: 0) }) { return true }
            return bytes.indices.contains { index in
                (index == 0 || bytes[index - 1] == UInt8(ascii: "/"))
                    && folders.contains { starts(bytes, $0, at: index) }
            }
        }
        return found ?? false
    }

    private static func starts(_ bytes: UnsafeBufferPointer<UInt8>, _ words: StaticString, at index: Int) -> Bool {
        let length = words.utf8CodeUnitCount
        guard index + length <= bytes.count else { return false }
        let start = words.utf8Start
        for place in 0..<length where bytes[index + place] != start[place] { return false }
        return true
    }

    /// What an interpreter calls the code that it was given.
    private static let own: [StaticString] = ["<string>", "<stdin>", "<ipython-input"]
    private static let systems: [StaticString] = ["/usr/lib/", "/usr/share/", "/usr/local/go/", "/rustc/", "node:"]
    private static let folders: [StaticString] = [
        "site-packages/", "dist-packages/", "lib/python", "lib64/python", "node_modules/", "pkg/mod/",
        ".cargo/registry/", ".julia/packages/",
    ]
}

extension ErrorReading.Frame {
    /// The file as it is compared: of scripts that are generated for each job (`fit_1995.py`) only the ending.
    var filePattern: String {
        if file.hasPrefix("<ipython-input") { return "<ipython-input>" }
        let text = MessageBytes(file)
        let ending = FileEnding.of(0..<text.count, in: text, isFile: true)
        let stem = Token(0..<ending.lowerBound, in: text)
        guard stem.isOneOfMany(in: text) else { return file }
        return "*" + String(decoding: text[ending], as: UTF8.self)
    }
}

extension Token {
    /// Whether a script's name looks generated: it ends with a number, has a long one, or is temporary. A number of one or
    /// two digits at the start is that of a step (`01_load`).
    fileprivate func isOneOfMany(in text: MessageBytes) -> Bool {
        longestRun >= 3 || endsWithNumber(in: text) || range.count >= 9 && text.has("tmp", at: start)
    }
}
