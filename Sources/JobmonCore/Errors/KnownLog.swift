/// The log of a program that writes its messages into a file of its own, and not to its streams.
package struct KnownLog: Sendable, Equatable {
    /// The file, as its command names it.
    package var path: String
    /// Its end.
    package var text: String

    package init(path: String, text: String) {
        self.path = path
        self.text = text
    }

    /// Where the file is, seen from this process.
    /// - Parameter directory: the command's directory; nil: ours.
    package func place(in directory: String?) -> String { Self.place(of: path, in: directory) }

    package static func place(of path: String, in directory: String?) -> String {
        path.hasPrefix("/") ? path : directory.map { "\($0)/\(path)" } ?? path
    }

    /// Whether a command is a program that ends with exit code 0 after an error too: Stata, whose last line is then
    /// the return code of what failed.
    /// - Parameter words: the program and its arguments. Of a shell, the line that it executes is looked into.
    package static func endsWithZeroAlways(_ words: [String]) -> Bool {
        words.prefix(64).contains { word in
            if isStata(base(word)) { return true }
            guard word.utf8.count <= longest, word[...].holds("stata"), word.contains(" ") else { return false }
            // The exit code is that of the last one.
            return ShellWords(word).commands.last?.words.contains { isStata(base($0)) } ?? false
        }
    }

    /// `stata-mp`, `xstata`, but not `stata_model.py`.
    private static func isStata(_ program: String) -> Bool {
        guard program.hasPrefix("stata") || program.hasPrefix("xstata") else { return false }
        let rest = program.drop { $0 == "x" }.dropFirst("stata".count)
        return rest.isEmpty || rest.first == "-" || rest.first?.isNumber ?? false
    }

    /// The path of the log that a command writes; nil: it is none of those that are known. It is relative to the
    /// command's directory unless it begins with `/`.
    /// - Parameter words: the program and its arguments. Of a shell, the line that it executes is looked into.
    package static func path(of words: [String]) -> String? {
        // Arguments further back are data.
        for index in words.indices.prefix(64) {
            let rest = words[index...].dropFirst()
            let program = base(words[index])
            if program == "R", rest.starts(with: ["CMD", "BATCH"]), let log = ofR(rest.dropFirst(2)) { return log }
            if isStata(program), let log = ofStata(rest) { return log }
            // A whole line, for `sh -c`.
            if words[index].utf8.count <= longest, mentions.contains(where: { words[index][...].holds($0) }) {
                for command in ShellWords(words[index]).commands where command.words.count > 1 {
                    if let log = path(of: command.words) { return log }
                }
            }
        }
        return nil
    }

    /// The paths of the logs in which a workflow manager says, in its own stderr, that the errors of its steps stand: of
    /// snakemake the `log` of a rule that failed, of Nextflow the output in the directory of the task. The last step that
    /// failed comes first.
    package static func paths(namedIn stderr: String) -> [String] {
        let end = stderr.utf8.suffix(ErrorReading.looked)
        let lines = end.split(separator: 0x0A, omittingEmptySubsequences: false).map { Substring($0) }
        var paths: [String] = []
        for (index, line) in lines.enumerated().reversed() where paths.count < mostNamed {
            let words = line.trimmed
            if words.hasPrefix("log: "), let note = words.firstRange(of: " (check log file(s) for error") {
                paths += words[..<note.lowerBound].dropFirst("log: ".count).split(separator: ",").map { $0.trimmed }
            } else if words == "Work dir:", index + 1 < lines.count {
                let directory = lines[index + 1].trimmed
                if directory.hasPrefix("/") { paths.append("\(directory)/.command.log") }
            }
        }
        var seen: Set<String> = []
        return paths.filter { !$0.isEmpty && seen.insert($0).inserted }
    }

    private static let mostNamed = 16
    private static let longest = 4096
    private static let mentions: [StaticString] = [" CMD BATCH ", "stata"]

    /// `R CMD BATCH --no-save dir/fit.R` writes `fit.Rout`, unless another file is named.
    private static func ofR(_ arguments: ArraySlice<String>) -> String? {
        var rest = arguments
        while let option = rest.first, option.hasPrefix("-") {
            rest.removeFirst()
            if option == "--" { break }
            // The only ones with a value of their own.
            if option == "-d" || option == "-g" { rest = rest.dropFirst() }
        }
        guard let input = rest.first else { return nil }
        if let log = rest.dropFirst().first { return log }
        let name = base(input)
        return (name.hasSuffix(".R") ? String(name.dropLast(2)) : name) + ".Rout"
    }

    /// `stata -b do dir/fit.do` writes `fit.log`.
    private static func ofStata(_ arguments: ArraySlice<String>) -> String? {
        let flags = arguments.prefix { $0.hasPrefix("-") }
        guard flags.contains("-b") || flags.contains("-e") else { return nil }
        let rest = arguments.dropFirst(flags.count)
        guard let first = rest.first else { return nil }
        let file = first == "do" || first == "run" ? rest.dropFirst().first : first
        guard let file else { return nil }
        let name = base(file)
        return (name.hasSuffix(".do") ? String(name.dropLast(3)) : name) + ".log"
    }

    private static func base(_ path: String) -> String {
        path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    }
}
