import Testing

@testable import JobmonHook

/// The place of the hook's line in a script.
@Suite struct BatchScriptTests {
    static let slurm = HookPlan.ScriptRules.slurm()
    static let grid = HookPlan.ScriptRules.gridEngine()

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var rules: HookPlan.ScriptRules
        var script: String
        /// With `LINE` in place of the line; nil: unchanged.
        var hooked: String?

        init(_ what: String, _ rules: HookPlan.ScriptRules, _ script: String, _ hooked: String?) {
            testDescription = what
            self.rules = rules
            self.script = script
            self.hooked = hooked
        }

        init(_ what: String, _ script: String, _ hooked: String?) {
            self.init(what, BatchScriptTests.slurm, script, hooked)
        }
    }

    static let cases: [Case] = [
        Case("joins the first command", "#!/bin/bash\necho a\n", "#!/bin/bash\nLINE; echo a\n"),
        Case("takes an empty line", "#!/bin/sh\n#SBATCH -n1\n\necho a\n", "#!/bin/sh\n#SBATCH -n1\nLINE\necho a\n"),
        Case(
            "takes a comment's line", "#!/bin/sh\n#SBATCH -n1\n # hi\necho\n",
            "#!/bin/sh\n#SBATCH -n1\nLINE # hi\necho\n"),
        Case(
            "comes after the last line for Slurm", "#!/bin/sh\n# c\n#SBATCH -n1\n#SBATCH -c2\nx\n",
            "#!/bin/sh\n# c\n#SBATCH -n1\n#SBATCH -c2\nLINE; x\n"),
        Case(
            "a directive behind the first command is a comment", "#!/bin/sh\nx\n#SBATCH -n1\n",
            "#!/bin/sh\nLINE; x\n#SBATCH -n1\n"),
        Case(
            "a burst buffer's lines", "#!/bin/sh\n#SBATCH -n1\n#DW jobdw capacity=1GB\n#BB_LUA x\nx\n",
            "#!/bin/sh\n#SBATCH -n1\n#DW jobdw capacity=1GB\n#BB_LUA x\nLINE; x\n"),
        Case("another scheduler's", "#!/bin/sh\n#@ class = a\nx\n", "#!/bin/sh\n#@ class = a\nLINE; x\n"),
        Case("csh has it on a line of its own", "#!/bin/csh -f\nif (1) then\n", "#!/bin/csh -f\nLINE\nif (1) then\n"),
        Case("env names the shell", "#!/usr/bin/env bash\nx", "#!/usr/bin/env bash\nLINE; x"),
        Case("env with options", "#!/usr/bin/env -S A=1 bash -eu\nx\n", "#!/usr/bin/env -S A=1 bash -eu\nLINE; x\n"),
        Case("what follows stays", "#!/bin/sh\n\nx\n\n\r#\n", nil),
        Case("what follows stays, its end too", "#!/bin/sh\n\nx\n\n #\n\n", "#!/bin/sh\nLINE\nx\n\n #\n\n"),
        Case("only comments", "#!/bin/sh\n#SBATCH -n1\n", "#!/bin/sh\n#SBATCH -n1\nLINE\n"),
        Case("other shells are programs", "#!/usr/bin/python3 -u\nx\n", "#!INTERPRETER /usr/bin/python3 -u\nx\n"),
        Case("env of a program", "#! /usr/bin/env\tRscript\nx\n", "#!INTERPRETER /usr/bin/env Rscript\nx\n"),
        Case("Slurm takes no script without an interpreter", "echo a\n", nil),
        Case("nothing", "", nil),
        Case("ends of lines from elsewhere", "#!/bin/sh\r\nx\r\n", nil),
        Case("a program", "\u{7f}ELF\0\0\n", nil),
        Case("jobmon's already", "#!/bin/sh\nexec /opt/jobmon exec --task /d/m.tasks\n", nil),
        Case("hooked already", "#!/bin/sh\ntest ! -x /j || eval `/j __hook begin /d $$` || :\nx\n", nil),
        Case("Grid Engine without an interpreter", grid, "#$ -N a\necho a\n", "#$ -N a\nLINE\necho a\n"),
        Case(
            "Grid Engine, its lines anywhere", grid, "#!/bin/sh\n#$ -cwd\nx\n#$ -j y\n",
            "#!/bin/sh\n#$ -cwd\nLINE; x\n#$ -j y\n"),
        Case(
            "-S and the first line agree", grid, "#!/bin/sh\n#$ -S /bin/bash\nx\n",
            "#!/bin/sh\n#$ -S /bin/bash\nLINE; x\n"),
        Case("-S is csh", grid, "#!/bin/sh\n#$ -S /bin/csh\nx\n", "#!/bin/sh\n#$ -S /bin/csh\nLINE\nx\n"),
        Case("-S is no shell", grid, "#$ -S /usr/bin/python3\nx\n", nil),
        Case("-b y within", grid, "#$ -b y\nx\n", nil),
    ]

    @Test(arguments: cases) func theLineGoesWhereItBelongs(_ item: Case) {
        let result = BatchScript(Array(item.script.utf8), item.rules).hooked(line: "LINE", interpreter: "INTERPRETER")
        if let hooked = item.hooked {
            #expect(result == .changed(Array(hooked.utf8)))
        } else if case .changed(let bytes) = result {
            Issue.record("changed to \(String(decoding: bytes, as: UTF8.self))")
        }
    }

    @Test func aFirstLineThatWouldBeTooLongStays() {
        let script = Array("#!/usr/bin/python3\nx\n".utf8)
        let long = "/" + String(repeating: "d", count: 120)
        guard case .leave(let remark?) = BatchScript(script, Self.slurm).hooked(line: "LINE", interpreter: long) else {
            Issue.record("it was changed")
            return
        }
        #expect(remark.contains("too long"))
    }

    @Test func theTimeGrowsWithTheLinesAndNotWithTheirSquare() throws {
        let clock = ContinuousClock()
        func time(lines: Int) -> Duration? {
            let script = Array(("#!/bin/sh\nx\n" + String(repeating: "echo a\n", count: lines)).utf8)
            return (0..<5).map { _ in
                clock.measure { _ = BatchScript(script, Self.slurm).hooked(line: "LINE", interpreter: nil) }
            }.min()
        }
        // Both sizes are larger than a processor's near caches: of 3000 lines a line costs a tenth.
        let (few, many) = (try #require(time(lines: 30_000)), try #require(time(lines: 300_000)))
        // 10 times as long where the time grows with the lines, 100 times where it grows with their square.
        #expect(many < few * 50)
    }

    @Test func whatCantBeChangedIsSaid() {
        for text in ["#!/bin/sh\necho 'a\rb'\n", "#!/bin/sh\nx\0\n"] {
            let result = BatchScript(Array(text.utf8), Self.slurm).hooked(line: "LINE", interpreter: nil)
            guard case .leave(_?) = result else {
                Issue.record("nothing is said")
                continue
            }
        }
    }

    @Test(arguments: [
        ("-b y\n", "-b"), ("# -b y\n-l h_rt=5 -S /usr/bin/python3\n", "-S"), ("  -clear\n", "-clear"),
        ("# -b y\n-q all.q\n", nil), ("-N b\n", nil), ("-S /bin/bash -b n\n", nil), ("-q a -b y\n", "-b"),
    ]) func optionsForAllSubmissionsAreLookedAt(_ text: String, _ word: String?) {
        #expect(RequestFile.tellingWord(text) == word)
    }

    @Test func aShellIsStartedAsItWas() {
        func again(_ words: [String], _ exe: String, same: Set<String> = []) -> [String]? {
            ShellCommand.again(words.map { Array($0.utf8) }, exe: exe, isSame: { one, _ in same.contains(one) }) {
                $0.first == UInt8(ascii: "/") || $0 == Array("job.sh".utf8)
            }?.map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(again(["/bin/bash", "/s/1", "a"], "/usr/bin/bash", same: ["/bin/bash"]) == ["/bin/bash", "/s/1", "a"])
        #expect(again(["-bash", "/s/1"], "/usr/bin/bash", same: ["/bin/bash"]) == ["/bin/bash", "-l", "/s/1"])
        #expect(again(["-tcsh", "/s/1"], "/usr/bin/tcsh", same: ["/bin/tcsh"]) == ["/bin/tcsh", "/s/1"])
        // bash called as sh stays sh.
        #expect(again(["sh", "-e", "job.sh"], "/usr/bin/bash", same: ["/bin/sh"]) == ["/bin/sh", "-e", "job.sh"])
        #expect(again(["bash", "job.sh"], "/opt/bash") == ["/opt/bash", "job.sh"])
        #expect(again(["-bash"], "/usr/bin/bash") == nil)
        #expect(again(["/bin/sh", "-c", "job.sh"], "/usr/bin/dash") == nil)
        // An argument that is a file is not the script that it reads.
        #expect(again(["bash", "-s", "job.sh"], "/usr/bin/bash") == nil)
        #expect(again(["bash", "-es", "job.sh"], "/usr/bin/bash") == nil)
        #expect(again(["bash", "nothing", "job.sh"], "/usr/bin/bash") == nil)
        #expect(again(["bash", "-ec", "nothing", "job.sh"], "/usr/bin/bash") == nil)
        #expect(
            again(["bash", "-eo", "posix", "--norc", "job.sh", "-s"], "/opt/bash")
                == ["/opt/bash", "-eo", "posix", "--norc", "job.sh", "-s"])
    }
}
