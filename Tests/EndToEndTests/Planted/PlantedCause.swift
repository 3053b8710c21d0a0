/// A cause of failure that is planted in a run, and what jobmon must say about it.
struct PlantedCause: Sendable {
    /// The number of its jobs in a run of `PlantedRun.fewest` jobs. No two causes have the same, so that the count of a
    /// wrong group is never right by chance.
    var share: Int
    /// The command of its jobs, with params in braces.
    var command: [String]
    /// The output that is expected of its jobs, with params in braces.
    var expect: String?
    /// The time limit of its jobs in seconds.
    var timeout: Int?
    /// All its jobs are at `PlantedRun.crowdedSite`. Those of the other causes are spread evenly.
    var isAtOneSite = false
    /// What the title of its group contains, and that of no other group does.
    var title: [String]
    /// The name of the cause in the ledger.
    var cause: String
    /// What `explain` names as the reason.
    var why: String
    /// What is among the evidence that `explain` names; nil: not looked at.
    var evidence: String?

    /// The number of its jobs in a run of `count` jobs.
    func jobs(of count: Int) -> Int { share * count / PlantedRun.fewest }

    /// Whether a line has the title of its group.
    func isNamed(in line: String) -> Bool { title.allSatisfy { line.contains($0) } }

    /// Twelve causes in Python, R, Perl, awk, bash and C. R takes long to start, and a time limit must pass: these have
    /// few jobs.
    static let all = [
        PlantedCause(
            share: 24, command: ["python3", "fit.py", "{site}", "{year}", "{run}"], isAtOneSite: true,
            title: ["ValueError: no convergence for", "iterations"], cause: "exit",
            why: "ValueError: no convergence for", evidence: "exit code 1"),
        PlantedCause(
            share: 8, command: ["python3", "load.py", "{year}"],
            title: ["ModuleNotFoundError: No module named 'landcoverlib'"], cause: "exit",
            why: "No module named 'landcoverlib'", evidence: "exit code 1"),
        PlantedCause(
            share: 6, command: ["python3", "tides.py", "{year}"],
            title: ["ModuleNotFoundError: No module named 'tidegaugelib'"], cause: "exit",
            why: "No module named 'tidegaugelib'", evidence: "exit code 1"),
        PlantedCause(
            share: 2, command: ["Rscript", "check.R", "{run}"], title: ["Error in check()", "stations have data"],
            cause: "exit", why: "stations have data", evidence: "exit code 1"),
        PlantedCause(
            share: 7, command: ["perl", "parse.pl", "{site}", "{run}"], title: ["cannot parse record"], cause: "exit",
            why: "cannot parse record", evidence: "exit code "),
        PlantedCause(
            share: 9, command: ["awk", "-f", "sum.awk", "/nowhere/{site}/{run}.csv"],
            title: ["awk: ", "No such file or directory"], cause: "exit", why: "No such file or directory",
            evidence: "exit code 2"),
        PlantedCause(
            share: 10, command: ["bash", "fit.sh", "{site}", "{year}"], title: ["gridfit: command not found"],
            cause: "exit", why: "gridfit: command not found", evidence: "exit code 127"),
        PlantedCause(
            share: 5, command: ["./grid", "write", "{run}"], title: ["signal 11 (SIGSEGV)"], cause: "signal",
            why: "signal 11 (SIGSEGV) ended it: a fault of the program itself"),
        PlantedCause(
            share: 4, command: ["./grid", "advance", "{run}"], title: ["Assertion 'cells > 0' failed", "SIGABRT"],
            cause: "signal", why: "SIGABRT", evidence: "Assertion `cells > 0' failed"),
        PlantedCause(
            share: 3, command: ["sh", "-c", "echo \"site $1\"; exec sleep 600", "sh", "{site}"], timeout: 1,
            title: ["time limit passed"], cause: "timeout", why: "jobmon ended it, since its time limit of 1",
            evidence: "it ran for "),
        PlantedCause(
            share: 11, command: ["sh", "-c", "echo \"read $1 records\"", "sh", "{run}"], expect: "out/{site}-{run}.nc",
            title: ["the expected output", "is missing"], cause: "missing_output", why: "is missing",
            evidence: "exit code 0"),
        PlantedCause(
            share: 12, command: ["sh", "-c", "exit 3"], title: ["exit code 3", "nothing on stderr"], cause: "exit",
            why: "exit code 3", evidence: "exit code 3"),
    ]
}
