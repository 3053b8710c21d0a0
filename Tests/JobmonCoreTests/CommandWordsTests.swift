import Testing

@testable import JobmonCore

/// The words of a command that is run without a shell.
@Suite struct CommandWordsTests {
    @Test(
        "words are parted as a shell parts them, and nothing is expanded",
        arguments: [
            ("", []), ("  ", []), ("notify.sh", ["notify.sh"]), (" a  b\tc ", ["a", "b", "c"]),
            ("sh -c 'cat >> \"x y\"'", ["sh", "-c", "cat >> \"x y\""]), ("a\\ b c", ["a b", "c"]),
            ("\"a \\\" b\\n\\\\\" ''", ["a \" b\\n\\", ""]), ("x'y'\"z\"", ["xyz"]), ("'it'\"'\"'s'", ["it's"]),
            ("$HOME `id` * | x", ["$HOME", "`id`", "*", "|", "x"]), ("é 'ü ö'", ["é", "ü ö"]),
            (#"-l  a=b 'c d' "e \"f" g\ h "" "#, ["-l", "a=b", "c d", "e \"f", "g h", ""]),
        ] as [(String, [String])])
    func words(_ line: String, _ words: [String]) {
        let read = CommandWords(line)
        #expect(read.words == words && read.isWhole)
    }

    @Test("a quote or a backslash that ends with the text is noticed", arguments: ["'a b", "\"a", "\"a\\\"", "a\\"])
    func cut(_ line: String) {
        #expect(!CommandWords(line).isWhole)
    }
}
