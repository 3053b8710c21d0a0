import JobmonCore
import Testing

/// Which log a command is known to write.
@Suite struct KnownLogTests {
    @Test(arguments: [
        (["R", "CMD", "BATCH", "fit.R"], "fit.Rout"), (["/usr/bin/R", "CMD", "BATCH", "dir/fit.R"], "fit.Rout"),
        (["R", "CMD", "BATCH", "--no-save", "--args year=1995", "fit.R", "/logs/1995.txt"], "/logs/1995.txt"),
        (["R", "CMD", "BATCH", "--", "-fit.R"], "-fit.Rout"), (["R", "CMD", "BATCH", "fit.r"], "fit.r.Rout"),
        (["nice", "-n", "5", "R", "CMD", "BATCH", "fit.R"], "fit.Rout"),
        (["bash", "-c", "module load R; R CMD BATCH --no-save 'my fit.R' && echo done"], "my fit.Rout"),
        (["R CMD BATCH fit.R > /dev/null"], "fit.Rout"), (["stata", "-b", "do", "dir/fit.do", "1995"], "fit.log"),
        (["stata-mp", "-b", "fit.do"], "fit.log"), (["stata", "-q", "-e", "do", "fit"], "fit.log"),
    ])
    func isKnown(_ words: [String], _ path: String) {
        #expect(KnownLog.path(of: words) == path)
    }

    @Test(
        arguments: [
            (["stata", "-b", "do", "fit.do"], true), (["/opt/stata17/stata-mp", "-q"], true), (["xstata-se"], true),
            (["bash", "-c", "cd x && stata17 -b fit.do > log"], true), (["nice", "stata", "-b", "fit.do"], true),
            (["python", "stata_model.py"], false), (["statamerge"], false), (["echo", "see stata.com"], false),
            ([], false),
            (["bash", "-c", "echo stata_done"], false), (["bash", "-c", "stata -b fit.do; ./check.sh fit.log"], false),
        ] as [([String], Bool)])
    func endsWithZeroAlways(_ words: [String], _ does: Bool) {
        #expect(KnownLog.endsWithZeroAlways(words) == does)
    }

    @Test(
        arguments: [
            (
                "Error in rule a:\n    jobid: 1\n    output: a.txt\n"
                    + "    log: logs/a.log (check log file(s) for error details)\n    shell:\n        fit a\n",
                ["logs/a.log"]
            ),
            (
                "Error in rule a:\n    log: logs/a.log, logs/a.err (check log file(s) for error message)\n"
                    + "Error in rule b:\n    log: logs/b.log (check log file(s) for error message)\n",
                ["logs/b.log", "logs/a.log", "logs/a.err"]
            ),
            ("Command error:\n  (empty)\n\nWork dir:\n  /w/ab/12\n\nTip: …\n", ["/w/ab/12/.command.log"]),
            ("log: logs/a.log\nWork dir:\n", []), ("", []), ("see the log: x\n", []),
        ] as [(String, [String])])
    func isNamed(_ stderr: String, _ paths: [String]) {
        #expect(KnownLog.paths(namedIn: stderr) == paths)
    }

    @Test(arguments: [
        [], ["R"], ["R", "CMD"], ["R", "CMD", "BATCH"], ["R", "CMD", "BATCH", "--no-save"],
        ["R", "CMD", "INSTALL", "x"],
        ["Rscript", "fit.R"], ["stata", "do", "fit.do"], ["stata", "-b"], ["stata", "-b", "do"], ["cat", "fit.Rout"],
        ["bash", "-c", "echo R CMD BATCH"], [String(repeating: "x", count: 100_000)],
    ])
    func isNotKnown(_ words: [String]) {
        #expect(KnownLog.path(of: words) == nil)
    }
}
