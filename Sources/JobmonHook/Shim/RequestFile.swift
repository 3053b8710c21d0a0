/// Grid Engine's files of options that go for every submission.
enum RequestFile {
    /// Options that decide what a script is read by, or whether it is one.
    private static let telling = ["-b", "-S", "-C", "-clear", "-@", "-shell"]

    /// What is to be said where one of the files changes how a job is read; nil: none does.
    /// - Parameter variable: the environment.
    static func remark(_ variable: (String) -> String?) -> String? {
        var files: [String] = []
        if let root = variable("SGE_ROOT"), !root.isEmpty {
            files.append("\(root)/\(variable("SGE_CELL") ?? "default")/common/sge_request")
        }
        if let home = variable("HOME"), !home.isEmpty { files.append("\(home)/.sge_request") }
        files.append("./.sge_request")
        for file in files {
            guard let bytes = HookFiles.read(file, limit: 1 << 20) else { continue }
            if let word = tellingWord(String(decoding: bytes, as: UTF8.self)) { return "\(file) contains \(word)" }
        }
        return nil
    }

    /// The first such option of a file's text.
    static func tellingWord(_ text: String) -> String? {
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            for (index, word) in words.enumerated() where telling.contains(String(word)) {
                let value = index + 1 < words.count ? String(words[index + 1]) : ""
                // Many sites name a shell for all: that is one of those that the line is for.
                if word == "-S", ScriptLanguage(interpreter: value).isShell { continue }
                if word == "-b", value == "n" || value == "no" { continue }
                return String(word)
            }
        }
        return nil
    }
}
