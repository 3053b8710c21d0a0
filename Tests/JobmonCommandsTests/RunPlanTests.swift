import JobmonCore
import JobmonQueue
import Testing

@testable import JobmonCommands

/// The plan that `run` makes from its options and job files.
@Suite struct RunPlanTests {
    private func plan(
        _ files: [String: String] = [:], _ change: (inout RunPlan.Input) -> Void
    ) throws -> RunPlan {
        var input = RunPlan.Input(cwd: "/work/here") { path in
            guard let text = files[path] else { throw CommandFailure(.usage, "\(path) can't be read") }
            return text
        }
        change(&input)
        return try RunPlan(input)
    }

    private func refusal(
        _ files: [String: String] = [:], _ change: (inout RunPlan.Input) -> Void
    ) -> String {
        do {
            let plan = try plan(files, change)
            return "accepted: \(plan.jobs.count) jobs"
        } catch let failure as CommandFailure {
            return failure.status == .usage ? failure.problem.message : "exit \(failure.status)"
        } catch {
            return "\(error)"
        }
    }

    @Test("every combination, the first param slowest, filled into the command")
    func sweeps() throws {
        let plan = try plan(["locs": "north\nsouth west\n"]) {
            $0.each = ["year=1990..1992", "loc=@locs"]
            $0.command = ["python", "fit.py", "--y={year}", "{loc}", "{jid}", "{print}"]
            $0.name = "fit-{year}"
        }
        #expect(plan.queue == "run")
        #expect(plan.jobs.count == 6)
        #expect(plan.jobs[1].description.args == ["fit.py", "--y=1990", "south west", "{jid}", "{print}"])
        #expect(plan.jobs[5].description.name == "fit-1992")
        #expect(plan.jobs[5].description.params == ["year": 1992, "loc": "south west"])
        #expect(plan.jobs[0].description.cwd == "/work/here")
        #expect(Set(plan.jobs.map(\.key)).count == 6)
    }

    @Test("a value that contains {jid} is refused, since the attempt would fill it in")
    func mistakableValues() throws {
        let said = refusal {
            $0.each = ["x=a{jid}b"]
            $0.command = ["echo", "{x}"]
        }
        #expect(said.contains("the param \"x\" contains {jid} or {attempt}"), "\(said)")
        // One that the command has no place for goes nowhere.
        let plan = try plan {
            $0.unusedIsMeant = true
            $0.each = ["x={attempt}", "y={print}"]
            $0.command = ["echo", "{jid}", "{y}"]
        }
        #expect(plan.jobs[0].description.args == ["{jid}", "{print}"])
    }

    @Test("ranges keep their width, lists keep their spaces")
    func values() throws {
        let plan = try plan {
            $0.each = ["m=08..10", "x=a, b,"]
            $0.command = ["echo", "{m}{x}"]
        }
        #expect(
            plan.jobs.map { $0.description.args[0] } == ["08a", "08 b", "08", "09a", "09 b", "09", "10a", "10 b", "10"])
    }

    @Test(
        "ranges: steps, descending, negative, decimals and leading zeros, and within lists",
        arguments: [
            ("1990..2020..10", ["1990", "2000", "2010", "2020"]), ("1..10..4", ["1", "5", "9"]),
            ("3..1..-1", ["3", "2", "1"]), ("2..-2..-2", ["2", "0", "-2"]), ("-3..-1", ["-3", "-2", "-1"]),
            ("001..010..3", ["001", "004", "007", "010"]), ("10..08..-1", ["10", "09", "08"]),
            ("0.1..0.5..0.1", ["0.1", "0.2", "0.3", "0.4", "0.5"]), ("0..1..0.5", ["0.0", "0.5", "1.0"]),
            ("0.2..-0.2..-0.2", ["0.2", "0.0", "-0.2"]), ("09.5..10.5..0.5", ["09.5", "10.0", "10.5"]),
            ("0.1..0.35..0.1", ["0.1", "0.2", "0.3"]), ("5..5", ["5"]), ("1,3,5..7", ["1", "3", "5", "6", "7"]),
            ("1..2, 8..10..2,x", ["1", "2", "8", "10", "x"]), ("../a,ab..cd,v1..v2", ["../a", "ab..cd", "v1..v2"]),
            (
                "0.000000000000000001..0.000000000000000003..0.000000000000000002",
                ["0.000000000000000001", "0.000000000000000003"]
            ),
        ] as [(String, [String])])
    func ranges(_ text: String, _ values: [String]) throws {
        let plan = try plan {
            $0.each = ["x=\(text)"]
            $0.command = ["echo", "{x}"]
        }
        #expect(plan.jobs.map { $0.description.args[0] } == values)
    }

    @Test("awk's braces, shell variables and empty braces are literal text")
    func literalBraces() throws {
        let plan = try plan {
            $0.each = ["year=1"]
            $0.command = ["sh", "-c", "awk '{print}' ${yaer} {} {a,b} {\"x\": 1} {year}"]
        }
        #expect(plan.jobs[0].description.args[1] == "awk '{print}' ${yaer} {} {a,b} {\"x\": 1} 1")
    }

    @Test("--unused-ok runs a command for each value that it does not use; use in a name counts")
    func unusedParams() throws {
        let meant = try plan {
            $0.each = ["i=1..3"]
            $0.command = ["true"]
            $0.unusedIsMeant = true
        }
        #expect(meant.jobs.count == 3)
        let counted = try plan {
            $0.each = ["i=1..3", "loc=a,b"]
            $0.command = ["echo", "{loc}"]
        }
        #expect(counted.jobs.count == 6)
        #expect(counted.remarks == ["the command does not use {i}: it is run 3 times"])
        for unused in ["year=1990..1992", "i=1,3,5", "i=a,b", "i=2..4", "i=1"] {
            #expect(throws: CommandFailure.self, "\(unused)") {
                try plan {
                    $0.each = [unused]
                    $0.command = ["true"]
                }
            }
        }
        let named = try plan {
            $0.each = ["i=1..3"]
            $0.command = ["true"]
            $0.name = "n{i}"
        }
        #expect(named.jobs.count == 3)
    }

    @Test("a single value that looks like a range or a file causes a remark")
    func singleValues() throws {
        func remarks(_ value: String) throws -> [String] {
            try plan {
                $0.each = ["x=\(value)"]
                $0.command = ["echo", "{x}"]
                $0.isFile = { $0 == "places.txt" }
            }.remarks
        }
        #expect(
            try remarks("places.txt") == [
                "--each x has the single value \"places.txt\"; to use each line of that file as a value, write "
                    + "x=@places.txt"
            ])
        #expect(
            try remarks("1990-2020")
                == ["--each x has the single value \"1990-2020\"; for a range, write x=1990..2020"])
        for value in ["other.txt", "a-b", "2020-1990", "1990-2020,2030", "1..3", "7"] {
            #expect(try remarks(value).isEmpty, "\(value)")
        }
    }

    @Test("unused columns are named, and misspelled ones refused")
    func columns() throws {
        let files = ["sheet.csv": "sample,reads,batch\ns1,r1,b1\ns2,r2,b2\n"]
        let some = try plan(files) {
            $0.file = "sheet.csv"
            $0.command = ["echo", "{sample}"]
        }
        #expect(some.remarks == ["not used by the command: columns reads, batch of sheet.csv"])
        let none = try plan(files) {
            $0.file = "sheet.csv"
            $0.command = ["echo"]
        }
        #expect(none.remarks == ["the command uses none of the columns of sheet.csv: sample, reads, batch"])
        let said = refusal(files) {
            $0.file = "sheet.csv"
            $0.command = ["echo", "{sampel}"]
        }
        #expect(said == "sheet.csv, line 2: {sampel} is not a param: did you mean {sample}?")
        let object = refusal(["j.jsonl": #"{"command": "fit {locc}", "params": {"loc": "a"}}"#]) { $0.file = "j.jsonl" }
        #expect(object == "j.jsonl, line 1: {locc} is not a param: did you mean {loc}?")
        let cwd = refusal(["j.jsonl": #"{"command": "fit {loc}", "params": {"loc": "a"}, "cwd": "out/{loc}"}"#]) {
            $0.file = "j.jsonl"
        }
        #expect(cwd.hasPrefix("j.jsonl, line 1: \"cwd\" contains {loc}"), "\(cwd)")
    }

    @Test(
        "a table with semicolons, tabs or bars is recognized, whatever its extension; an ambiguous one is refused",
        arguments: [
            ("t.csv", "a;b\n1,5;2\n", "1,5 2"), ("t.csv", "a\tb\n1\t2\n", "1 2"), ("t.tsv", "a,b\n1,2\n", "1 2"),
            ("t.csv", "sep=;\r\na;b\r\n1,5;\"2;3\"\r\n", "1,5 2;3"), ("t.csv", "a|b\n1|2\n", "1 2"),
            ("t.csv", "\u{FEFF}a;b\n1;2\n", "1 2"), ("t.csv", "a,b\n1;1,2\n", "1;1 2"),
            ("t.csv", "a;b,c\n1;2,3\n", "refused: t.csv, line 1: the header contains both comma and semicolon"),
            ("t.csv", "a;b\n1;2\n3\n", "refused: t.csv, line 3: 1 fields, but the header names 2 params"),
            ("t.csv", "sep=;\na;b\n1;2\n3\n", "refused: t.csv, line 4: 1 fields, but the header names 2 params"),
            ("t.tsv", "a;b,c\n", "refused: t.tsv, line 1: cannot determine the separator"),
        ])
    func separators(_ path: String, _ text: String, _ expected: String) throws {
        let said = refusal([path: text]) {
            $0.file = path
            $0.command = ["echo", "{a}", "{b}"]
        }
        guard !expected.hasPrefix("refused: ") else {
            #expect(said.hasPrefix(expected.dropFirst("refused: ".count)), "\(said)")
            return
        }
        let plan = try plan([path: text]) {
            $0.file = path
            $0.command = ["echo", "{a}", "{b}"]
        }
        #expect(plan.jobs.map { $0.description.args.joined(separator: " ") } == [expected])
    }

    @Test("byte order marks are removed at the start of a text and where texts were joined, and nowhere else")
    func byteOrderMarks() {
        func removed(_ text: String) -> String {
            String(decoding: ByteOrderMark.removed(from: Array(text.utf8)), as: UTF8.self)
        }
        #expect(removed("\u{FEFF}a\n\u{FEFF}b\r\nc\u{FEFF}\n\u{FEFF}") == "a\nb\r\nc\u{FEFF}\n")
        #expect(removed("é\n") == "é\n" && removed("") == "" && removed("\u{FEFF}") == "")
    }

    @Test("lines of a text file are shell commands; comments and empty lines are skipped")
    func lines() throws {
        let plan = try plan(["dir/fits.txt": "# all\n\n  echo a | wc  \r\necho {jid}\necho a | wc\n"]) {
            $0.file = "dir/fits.txt"
            $0.retries = 2
            $0.timeout = 60
        }
        #expect(plan.queue == "fits")
        #expect(plan.jobs.map(\.description.runfile) == ["echo a | wc", "echo {jid}", "echo a | wc"])
        #expect(
            plan.jobs.allSatisfy {
                $0.description.shell && $0.description.maxAttempts == 3 && $0.description.timeout == 60
            })
        #expect(plan.jobs[0].key != plan.jobs[2].key)
    }

    @Test("a table gives params; quoted fields may contain separators, quotes and line breaks")
    func tables() throws {
        let plan = try plan(["p.csv": "year,loc\r\n1990,\"a, \"\"b\"\"\r\nc\"\r\n1991,\r\n"]) {
            $0.file = "p.csv"
            $0.command = ["fit", "{year}", "{loc}"]
        }
        #expect(plan.jobs.map(\.description.args) == [["1990", "a, \"b\"\r\nc"], ["1991", ""]])
    }

    @Test("objects can set everything of a job; the options supply what they omit")
    func objects() throws {
        let text = """
            {"command": ["fit", "{year}", "x"], "params": {"year": 1990}, "name": "a {year}", "cwd": "sub", "timeout": "10m"}
            {"command": "fit {loc} > out", "params": {"loc": "it's"}, "env": {"N": 3}, "memory": "4G", "slots": 2, "max_attempts": 5, "key": "mine"}

            """
        let plan = try plan(["j.jsonl": text]) {
            $0.file = "j.jsonl"
            $0.retries = 1
            $0.resources = ["slots": 1, "project": "p"]
        }
        let (first, second) = (plan.jobs[0].description, plan.jobs[1].description)
        #expect(first.runfile == "fit" && first.args == ["1990", "x"] && !first.shell)
        #expect(first.name == "a 1990" && first.cwd == "/work/here/sub" && first.timeout == 600)
        #expect(first.maxAttempts == 2 && first.resources == ["slots": 1, "project": "p"])
        #expect(second.shell && second.runfile == "fit 'it'\\''s' > out")
        #expect(second.env == ["N": "3"] && second.maxAttempts == 5 && plan.jobs[1].key == "mine")
        #expect(second.resources == ["slots": 2, "project": "p", "memory": .int(4 << 30)])
    }

    @Test("YAML is a list of the same objects, and `no` is a text")
    func yaml() throws {
        let text = """
            - command: [fit, "{loc}", "{n}"]
              params: {loc: no, n: 007}
              timeout: 2h
            - command: echo {on}
              params: {on: true}
              max_attempts: 2
            """
        let plan = try plan(["j.yaml": text]) { $0.file = "j.yaml" }
        #expect(plan.jobs.map(\.description.args) == [["no", "007"], []])
        #expect(plan.jobs[0].description.timeout == 7200)
        #expect(plan.jobs[1].description.runfile == "echo true" && plan.jobs[1].description.maxAttempts == 2)
    }

    @Test("the same plan gives the same keys; the order of equal jobs does not matter, other changes do")
    func keys() throws {
        let first = try plan(["a.txt": "x\ny\nx\n"]) { $0.file = "a.txt" }
        let second = try plan(["a.txt": "y\nx\nx\n"]) {
            $0.file = "a.txt"; $0.timeout = 5; $0.retries = 3
        }
        #expect(Set(first.jobs.map(\.key)) == Set(second.jobs.map(\.key)))
        let third = try plan(["a.txt": "x\n"]) {
            $0.file = "a.txt"; $0.name = "other"
        }
        #expect(!first.jobs.map(\.key).contains(third.jobs[0].key))
    }

    @Test(
        "an invalid line is named, with the reason",
        arguments: [
            ("j.jsonl", "{\"command\":\"a\"}\n{\"command\":", "j.jsonl, line 2: not JSON: "),
            ("j.jsonl", "\n[1]\n", "j.jsonl, line 2: \"job\" must be an object, not an array"),
            ("j.jsonl", "{\"comand\":\"a\"}\n", "j.jsonl, line 1: \"comand\" is not a member of a job"),
            (
                "j.jsonl", "{\"command\":\"a\",\"timeout\":\"soon\"}\n",
                "j.jsonl, line 1: \"timeout\" must be a duration"
            ),
            ("j.jsonl", "{\"command\":[]}\n", "j.jsonl, line 1: \"command\" must begin with the name"),
            (
                "j.jsonl", "{\"command\":[\"a\",1]}\n",
                "j.jsonl, line 1: \"command[1]\" must be a string, not an integer"
            ),
            ("j.jsonl", "{\"name\":\"a\"}\n", "j.jsonl, line 1: the job has no command"),
            (
                "j.jsonl", "{\"command\":\"a\",\"params\":{\"jid\":1}}\n",
                "j.jsonl, line 1: \"params\" can't contain a param named \"jid\""
            ),
            (
                "j.jsonl", "{\"command\":\"a\",\"key\":\"k\"}\n{\"command\":\"b\",\"key\":\"k\"}\n",
                "j.jsonl, line 2: the key \"k\" is already used in line 1"
            ),
            (
                "j.jsonl", "{\"command\":\"a\",\"max_attempts\":0}\n",
                "j.jsonl, line 1: \"max_attempts\" must be at least 1"
            ),
            ("p.csv", "a,b\n1,2\n\n3\n", "p.csv, line 4: 1 fields, but the header names 2 params"),
            ("p.csv", "a,\"b\n1,2\n", "p.csv, line 1: a quote is opened but not closed"),
            ("p.csv", "a,a\n1,2\n", "p.csv, line 1: two columns are named \"a\""),
            ("p.csv", "a\n1\n", "p.csv, line 2: the job has no command"),
            ("j.yaml", "- command: a\n- comand: b\n", "j.yaml, line 2: \"comand\" is not a member"),
            ("j.yaml", "- command: [a\n- b\n", "j.yaml, line "),
            ("j.json", "", "j.json: the name of a job file must end in"),
            ("gone.txt", nil, "gone.txt can't be read"),
        ] as [(String, String?, String)])
    func badLines(_ path: String, _ text: String?, _ said: String) {
        let message = refusal(text.map { [path: $0] } ?? [:]) { $0.file = path }
        #expect(message.hasPrefix(said), "said: \(message)")
    }

    @Test(
        "invalid options are refused with a hint",
        arguments: [
            (["year"], ["x"], "--each year has no name"),
            (["=1"], ["x"], "--each =1 has no name"),
            (["jid=1,2"], ["x"], "--each: a param can't be named \"jid\""),
            (["a=1", "a=2"], ["x"], "--each a is given twice"),
            (["a=5..1"], ["x"], "--each a=5..1: the range must rise"),
            (["a=0..9999999999"], ["x"], "--each a=0..9999999999: the range must contain at most"),
            (["a=1..9..0"], ["x"], "--each a=1..9..0: the step is 0"),
            (["a=1..9..-1"], ["x"], "--each a=1..9..-1: the range must rise, or have a step that leads from 1 to 9"),
            (["a=0.1..0.5"], ["x"], "--each a=0.1..0.5: a range with decimals needs a step"),
            (["a=1,2..x"], ["x"], "--each a=1,2..x: 2..x: invalid range of numbers"),
            (["a=1...5"], ["x"], "--each a=1...5: invalid range of numbers"),
            (["a=a..e"], ["x"], "--each a=a..e: a range must consist of numbers"),
            (["year=1"], ["echo", "{yaer}"], "{yaer} is not a param: did you mean {year}?"),
            (["year=1"], ["echo", "{Year}"], "{Year} is not a param: did you mean {year}?"),
            (["year=1"], ["echo", "{year:04d}"], "{year:04d} is not a param: did you mean {year}?"),
            (["year=1"], ["echo", "{ year }"], "{ year } is not a param: did you mean {year}?"),
            (["year=1"], ["echo", "{year}", "{atempt}"], "{atempt} is not a param: did you mean {attempt}?"),
            (["year=1"], ["echo", "{}"], "the command does not use the param \"year\""),
            (["year=1", "loc=a"], ["echo", "{loc}", "${year}"], "the command does not use the param \"year\""),
            (["year=1", "loc=a"], ["echo"], "the command does not use the params \"year\", \"loc\""),
            ([], [String(repeating: "x", count: 140_000)], "an argument of the command has 136.7 KiB"),
            (["a=1..3000", "b=1..3000"], ["x"], "the combinations of --each are more than"),
            (["a=1"], [], "--each needs a command"),
            ([], [], "nothing to run"),
        ] as [([String], [String], String)])
    func badOptions(_ each: [String], _ command: [String], _ said: String) {
        let message = refusal {
            $0.each = each; $0.command = command
        }
        #expect(message.hasPrefix(said), "said: \(message)")
    }

    @Test("times and sizes as people write them")
    func quantities() {
        #expect(["90", "90s", "10m", "2h", "1.5h", "1d"].map(Quantity.seconds) == [90, 90, 600, 7200, 5400, 86400])
        #expect(["", "0", "-1", "m", "5 m", "1w", "1e3", "nan", "1.2.3"].compactMap(Quantity.seconds).isEmpty)
        #expect(
            ["100", "4G", "512M", "1.5KiB", "2tb"].map(Quantity.bytes) == [100, 4 << 30, 512 << 20, 1536, 2 << 40])
        #expect(["", "G", "-1G", "4X", "99999999T"].compactMap(Quantity.bytes).isEmpty)
    }
}
