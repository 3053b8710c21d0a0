import JobmonCommands
import JobmonCore
import JobmonTestSupport
import Testing

@Suite struct PrintableTests {
    @Test(arguments: [
        ("plain", "plain"), ("é 日本 😀 👨‍👩‍👧", "é 日本 😀 👨‍👩‍👧"), ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("\u{1B}[31mred\u{1B}[0m", "red"), ("\u{1B}[1;38:5:9mx", "x"), ("\u{1B}[2Jgone", "\\e[2Jgone"),
        ("\u{1B}]0;title\u{7}", "\\e]0;title\\x07"), ("\u{1B}", "\\e"), ("\u{1B}[3", "\\e[3"),
        ("\0\u{7F}\u{9B}31m", "\\x00\\x7f\\x9b31m"),
        ("user\u{202E}gpj.exe", "user\\u{202e}gpj.exe"),
        ("a\u{2066}b\u{2069}\u{200F}", "a\\u{2066}b\\u{2069}\\u{200f}"),
        ("a\u{200B}b\u{FEFF}", "a\\u{200b}b\\u{feff}"), ("a\u{2028}b", "a\\u{2028}b"), ("e\u{301}", "e\u{301}"),
    ]) func inOneLine(_ text: String, _ shown: String) {
        #expect(Printable.line(text) == shown)
    }

    @Test(arguments: [
        ("a\n\tb\n", "a\n\tb\n"), ("a\r\nb", "a\nb"), (" 10%\r 20%\r", " 10%\n 20%\n"), ("\u{1B}[Aup\n", "\\e[Aup\n"),
        ("\u{8}\u{8}x", "\\x08\\x08x"),
    ]) func inSeveral(_ text: String, _ shown: String) {
        #expect(Printable.text(text) == shown)
    }

    /// Whatever a job's name is, it cannot control a terminal.
    @Test func nothingSteersATerminal() {
        // Every character up to U+FFFF, and a sample of those beyond; tag characters are at U+E0000.
        let values = [
            Array(0...0xFFFF), Array(stride(from: 0x10000, through: 0x10FFFF, by: 97)), Array(0xE0000...0xE007F),
        ]
        let scalars = values.joined().compactMap { Unicode.Scalar(UInt32($0)) }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        var harmful = 0
        for shown in Printable.line(String(text)).unicodeScalars {
            let isHarmful =
                shown.properties.generalCategory == .control || (0x202A...0x202E).contains(shown.value)
                || (0x2066...0x2069).contains(shown.value) || (0xE0000...0xE007F).contains(shown.value)
            if isHarmful { harmful += 1 }
        }
        #expect(harmful == 0)
    }
}

@Suite struct DisplayWidthTests {
    @Test(arguments: [("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("😀", 2), ("한글", 4), ("ｗ", 2)])
    func counts(_ text: String, _ width: Int) {
        #expect(DisplayWidth.of(text) == width)
    }

    @Test(arguments: [
        ("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("日本語", 5, "日本…"), ("日本語", 4, "日…"), ("ab", 1, "…"),
        ("ab", 0, ""),
    ]) func cuts(_ text: String, _ width: Int, _ cut: String) {
        #expect(DisplayWidth.cut(text, to: width) == cut)
        #expect(DisplayWidth.of(cut) <= width)
    }
}

@Suite struct ShellWordTests {
    static let words = [
        "plain", "--year=1995", "", " ", "a b", "it's", "\"", "$HOME", "`x`", "*", "~", "a\nb", "\t'\\\n", "é", "!",
        "a;b",
        "{1,2}", "#x", "\u{1B}[2J", "-", "a\\b", "\u{1}7",
    ]

    /// A shell reads a quoted word back unchanged.
    @Test(.timeLimit(.minutes(20))) func aShellReadsThemBack() async throws {
        let line = ShellWord.line(Self.words)
        let run = try Running("/bin/bash", ["-c", "printf '%s\\0' \(line)"], stdin: "")
        let finished = try await run.finished()
        #expect(finished.stdout == Self.words.map { $0 + "\0" }.joined())
        #expect(finished.stderr == "")
    }

    @Test func quotesOnlyWhereNeeded() {
        #expect(ShellWord.line(["python", "a b.py", "", "--n=1", "it's"]) == "python 'a b.py' '' --n=1 'it'\\''s'")
    }
}

@Suite struct UnitsTests {
    @Test(
        arguments: [
            (0, "0.00s"), (0.004, "0.00s"), (0.42, "0.42s"), (0.996, "1.0s"), (12.34, "12.3s"), (59.96, "1m00s"),
            (245, "4m05s"),
            (3599.6, "1h00m"), (8000, "2h13m"), (86400, "1d00h"), (273_600, "3d04h"), (-3, "-3.0s"), (.infinity, "?"),
            (.nan, "?"), (1e300, "?"),
        ] as [(Double, String)]) func durations(_ seconds: Double, _ text: String)
    {
        #expect(Units.duration(seconds) == text)
    }

    @Test(
        arguments: [
            (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (49_283_072, "47.0 MiB"), (1_073_741_823, "1.0 GiB"),
            (.max, "8.0 EiB"),
        ] as [(Int64, String)]) func sizes(_ bytes: Int64, _ text: String)
    {
        #expect(Units.bytes(bytes) == text)
    }

    @Test func countsAndTimes() {
        #expect(Units.count(1, "job") == "1 job")
        #expect(Units.count(0, "job") == "0 jobs")
        #expect(Units.count(1_234_567, "job") == "1,234,567 jobs")
        #expect(ShownTime.utc.text(Timestamp(milliseconds: 1_769_851_800_123)) == "2026-01-31 09:30:00 UTC")
    }
}

@Suite struct CSVTests {
    @Test func isAsTheStandardHasIt() throws {
        let result = QueryResult(
            columns: ["jid", "na,me", "note"],
            rows: [[1, "a \"b\"", .null], [2, "", "x\ny"], [3, "é", .double(1.5)], [4, "\r", .bool(true)]],
            truncated: false)
        let text = try written { try QueryOutput.writeCSV(result, to: $0) }
        #expect(
            text == "jid,\"na,me\",note\r\n1,\"a \"\"b\"\"\",\r\n2,\"\",\"x\ny\"\r\n3,é,1.5\r\n4,\"\r\",true\r\n")
    }

    @Test func aLoneNullIsNoBlankLine() throws {
        let result = QueryResult(columns: ["a"], rows: [[.null], [1]], truncated: false)
        #expect(try written { try QueryOutput.writeCSV(result, to: $0) } == "a\r\n\"\"\r\n1\r\n")
    }

    /// Python's csv module, which follows the standard, reads what is written.
    @Test(.timeLimit(.minutes(20))) func anotherReaderReadsIt() async throws {
        let fields = ["plain", "a,b", "\"", "\"\"", "x\r\ny", "\n", " s ", "é", "'", ";", ""]
        let result = QueryResult(
            columns: ["a", "b"], rows: fields.map { [.string($0), .string($0)] }, truncated: false)
        let text = try written { try QueryOutput.writeCSV(result, to: $0) }
        let program =
            "import csv,json,sys,io;print(json.dumps(list(csv.reader(io.StringIO(sys.stdin.buffer.read().decode(),newline='')))))"
        let python = try Running("/usr/bin/env", ["python3", "-c", program], stdin: text)
        let finished = try await python.finished()
        let rows = [["a", "b"]] + fields.map { [$0, $0] }
        #expect(
            try JSON(parsing: finished.stdout.filter { $0 != "\n" })
                == .array(rows.map { .array($0.map { .string($0) }) }))
    }
}

@Suite struct QueryOutputTests {
    @Test func tables() throws {
        let result = QueryResult(
            columns: ["cause", "count(*)"], rows: [["exit", 12], [.null, 3], ["a\u{1B}[2J", .null]], truncated: false)
        #expect(
            try written { try QueryOutput.writeTable(result, to: $0, terminal: .none) } == """
                cause   count(*)
                exit          12
                               3
                a\\e[2J

                """)
    }

    @Test func jsonIsOneObjectPerRow() throws {
        let result = QueryResult(columns: ["a", "b"], rows: [[1, .null], ["x", [1]]], truncated: false)
        let text = try written { try QueryOutput.writeJSON(result, to: $0) }
        #expect(try JSON(parsing: text) == [["a": 1, "b": .null], ["a": "x", "b": [1]]])
        let empty = try written {
            try QueryOutput.writeJSON(QueryResult(columns: ["a"], rows: [], truncated: false), to: $0)
        }
        #expect(try JSON(parsing: empty) == [])
    }
}

@Suite struct TableTests {
    private static let columns: [TextTable.Column] = [
        .init("JID", isNumber: true), .init("NAME", widest: 6), .init("WHY"),
    ]

    @Test func alignsWithoutATerminal() {
        var table = TextTable(Self.columns, terminal: .none)
        let rows: [[TextTable.Cell]] = [
            [.init("1"), .init("日本"), .init("")], [.init("12"), .init("a long name"), .init("x")],
        ]
        #expect(
            table.header(for: rows) + table.lines(rows) == """
                JID  NAME         WHY
                  1  日本
                 12  a long name  x

                """)
    }

    @Test func isCutToTheTerminal() {
        for width in 1...30 {
            var table = TextTable(Self.columns, terminal: Terminal(columns: width, colours: true))
            let rows: [[TextTable.Cell]] = [[.init("12"), .init("a long name", .red), .init("日本 and more of it")]]
            let text = table.header(for: rows) + table.lines(rows)
            for line in text.split(separator: "\n") { #expect(DisplayWidth.of(Printable.line(String(line))) <= width) }
        }
        var table = TextTable(Self.columns, terminal: Terminal(columns: 18, colours: false))
        let rows: [[TextTable.Cell]] = [[.init("12"), .init("a long name"), .init("all of it")]]
        #expect(table.header(for: rows) + table.lines(rows) == "JID  NAME    WHY\n 12  a lon…  all …\n")
    }

    @Test func coloursOnlyWhereWanted() {
        var table = TextTable([.init("A")], terminal: Terminal(columns: 80, colours: true))
        #expect(table.lines([[.init("x", .red)]]) == "\u{1B}[31mx\u{1B}[0m\n")
    }
}

@Suite struct OutcomeWordTests {
    @Test func spooledFactsAreSaid() {
        #expect(DirectoryOption.note(spooled: 0) == nil)
        #expect(
            DirectoryOption.note(spooled: 1)
                == "1 fact in the spool is not in these numbers yet; the next monitor reads it in")
        #expect(
            DirectoryOption.note(spooled: 3)
                == "3 facts in the spool are not in these numbers yet; the next monitor reads them in")
    }

    @Test func exitCodesOfProblems() {
        #expect(ExitStatus(.notFound) == .failed)
        #expect(ExitStatus(.contradiction) == .failed)
        #expect(ExitStatus(.unavailable) == .ledger)
        #expect(Set(ExitStatus.allCases.map(\.rawValue)) == [0, 1, 2, 3, 4, 130])
        let failure = CommandFailure(.usage, "no \u{1B}[2J", hint: "look\nthere")
        #expect(failure.text == "jobmon: no \\e[2J\n        look\\nthere\n")
    }

    @Test func filters() throws {
        #expect(try FilterOptions.statuses("failed,RUNNING, Complete") == [.failed, .running, .complete])
        #expect(throws: (any Error).self) { try FilterOptions.statuses("failed,done") }
        #expect(throws: (any Error).self) { try FilterOptions.statuses("") }
        #expect(try FilterOptions.param("a=b=c") == JobFilter.Param(name: "a", value: "b=c"))
        #expect(try FilterOptions.param("a=") == JobFilter.Param(name: "a", value: ""))
        #expect(throws: (any Error).self) { try FilterOptions.param("a") }
        #expect(throws: (any Error).self) { try FilterOptions.param("=a") }
    }
}
