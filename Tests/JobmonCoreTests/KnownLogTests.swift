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
