import JobmonCore
import Testing

@testable import JobmonQueue

/// The same jobs in another spelling are the same jobs.
@Suite struct JobSpellingsTests {
    private func job(_ params: JSONObject) -> NewJob {
        var keys = JobKeys()
        return keys.newJob(JobDescription(runfile: "fit", args: ["1990"], params: params, cwd: "/w"))
    }

    private func known(_ params: JSONObject) -> JobRecord {
        let new = job(params)
        return JobRecord(
            jid: 1, queue: "q", jobKey: new.key, description: new.description,
            submittedDate: Timestamp(milliseconds: 0), status: .complete, attempts: 1, cancelRequested: false,
            instances: [])
    }

    @Test(
        arguments: [
            (["year": 1990], ["year": "1990"]), (["year": "1990"], ["year": 1990]),
            (["year": "1990", "loc": "a", "n": 2], ["year": 1990, "loc": "a", "n": "2"]),
            (["x": .double(0.5)], ["x": "0.5"]),
        ] as [(JSONObject, JSONObject)])
    func isFound(_ ledger: JSONObject, _ typed: JSONObject) {
        let record = known(ledger)
        #expect(JobSpellings([record]).otherKeys(of: job(typed)) == [record.jobKey])
    }

    @Test("a value that puts another text into the command is another job")
    func isNotFound() {
        let spellings = JobSpellings([known(["year": 1990])])
        for other: JSONObject in [["year": "01990"], ["year": "1990.0"], ["year": "x"], ["yaer": "1990"], [:]] {
            let keys = spellings.otherKeys(of: job(other))
            #expect(!keys.contains(job(["year": 1990]).key), "\(other)")
        }
    }

    @Test("a key given by a user has no other spelling")
    func givenKeys() {
        let job = NewJob(key: "mine", description: job(["year": "1990"]).description)
        #expect(JobSpellings([known(["year": 1990])]).otherKeys(of: job).isEmpty)
    }
}
