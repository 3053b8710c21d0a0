import JobmonCore
import Testing

@testable import JobmonQueue

@Suite struct JobKeyTests {
    @Test("the key of a job never changes: the keys in a ledger must be found again")
    func isStable() {
        let job = JobDescription(
            name: "fit", runfile: "python", args: ["fit.py", "1990"], params: ["year": 1990, "loc": "a"], cwd: "/w")
        #expect(JobKeys.make(job, occurrence: 1) == "4e80e75083ddc69288c6c8c60621270b")
        var other = job
        other.params = ["loc": "a", "year": 1990]
        other.timeout = 60
        other.maxAttempts = 5
        #expect(JobKeys.make(other, occurrence: 1) == JobKeys.make(job, occurrence: 1))
    }

    @Test("a different job has a different key")
    func tellsApart() {
        let job = JobDescription(name: "fit", runfile: "a", args: ["b", "c"], cwd: "/w")
        var keys: Set<String> = [JobKeys.make(job, occurrence: 1), JobKeys.make(job, occurrence: 2)]
        let changes: [(inout JobDescription) -> Void] = [
            { $0.name = "other" }, { $0.runfile = "ab" }, { $0.args = ["bc"] }, { $0.args = ["b", "c", ""] },
            { $0.cwd = "/v" }, { $0.env = ["x": "1"] }, { $0.params = ["x": "1"] }, { $0.params = ["x": 1] },
            { $0.shell = true },
        ]
        for change in changes {
            var changed = job
            change(&changed)
            keys.insert(JobKeys.make(changed, occurrence: 1))
        }
        #expect(keys.count == 2 + changes.count)
    }

    @Test("equal jobs are distinguished by their number")
    func countsEquals() {
        var keys = JobKeys()
        let job = JobDescription(runfile: "x")
        let made = [
            keys.key(of: job), keys.key(of: job), keys.key(of: JobDescription(runfile: "y")), keys.key(of: job),
        ]
        #expect(Set(made).count == 4)
        var again = JobKeys()
        #expect([again.key(of: job), again.key(of: job)] == Array(made[0...1]))
    }
}
