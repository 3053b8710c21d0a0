import JobmonCore
import Testing

@testable import JobmonWrapper

@Suite struct ExecOptionsTests {
    private func parse(_ words: String...) -> ExecOptions? {
        guard case .run(let options) = ExecOptions.parse(words.map { Array($0.utf8) }) else { return nil }
        return options
    }

    private func complaint(_ words: String...) -> String? {
        guard case .wrong(let sentence) = ExecOptions.parse(words.map { Array($0.utf8) }) else { return nil }
        return sentence
    }

    @Test func allOptions() throws {
        let options = try #require(
            parse(
                "-d", "dir", "--name", "fit", "--param", "year=1995", "--param=expr=a=b", "--timeout", "2h",
                "--instance=key", "--", "python", "--name", "x"))
        #expect(options.directory == "dir" && options.name == "fit" && options.instance == "key")
        #expect(options.params == ["year": "1995", "expr": "a=b"])
        #expect(options.timeout == 7200)
        #expect(options.command == ["python", "--name", "x"].map { Array($0.utf8) })
    }

    @Test func theCommandIsUntouched() {
        #expect(parse("--", "--", "-d")?.command == [Array("--".utf8), Array("-d".utf8)])
        #expect(parse("-ddir", "ls", "-d", "--help")?.command.count == 3)
        #expect(parse("-d", "x", "--", "", "")?.command == [[], []])
        guard case .run(let options) = ExecOptions.parse([Array("--".utf8), [0xFF, 0x80]]) else {
            Issue.record("not taken")
            return
        }
        #expect(options.command == [[0xFF, 0x80]])
    }

    @Test func whatIsWrongIsNamed() {
        #expect(complaint()?.contains("no command") == true)
        #expect(complaint("--")?.contains("no command") == true)
        #expect(complaint("--nam", "x", "--", "ls")?.contains("--nam") == true)
        #expect(complaint("--name")?.contains("--name needs a value") == true)
        #expect(complaint("--name", "--", "ls")?.contains("--name needs a value") == true)
        #expect(complaint("--param", "year", "--", "ls")?.contains("NAME=VALUE") == true)
        #expect(complaint("--param", "=3", "--", "ls")?.contains("NAME=VALUE") == true)
        for wrong in ["soon", "-3", "0", "", "1e3", "5 m", "m", "nan", "inf"] {
            #expect(complaint("--timeout", wrong, "--", "ls")?.contains("--timeout") == true, "\(wrong)")
        }
    }

    @Test("the help has every option that is read, and fits 80 columns")
    func help() {
        let read = ExecOptions.names + ["-d", "--preserve-status", "-h", "--help"]
        let shown = ExecHelp.options.flatMap { option in
            option.form.split { $0 == " " || $0 == "," }.filter { $0.hasPrefix("-") }.map { String($0) }
        }
        #expect(Set(shown) == Set(read))
        for line in ExecHelp.text.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    }

    @Test func times() {
        #expect(ExecOptions.seconds("90") == 90)
        #expect(ExecOptions.seconds("45s") == 45)
        #expect(ExecOptions.seconds("1.5h") == 5400)
        #expect(ExecOptions.seconds("10m") == 600)
        #expect(ExecOptions.seconds("2d") == 172_800)
    }
}
