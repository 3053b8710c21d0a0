import JobmonCore
import JobmonQueue
import JobmonSystem
import Synchronization

/// What the jobs of a run must have done to have succeeded: `--expect` and `--fail-on`, and the members of job files.
enum RunSuccess {
    /// Expressions that were found to be valid: the jobs of a file have the same ones, mostly.
    private static let valid = Mutex<Set<String>>([])
    private static let mostValid = 1000

    /// - Throws: `CommandFailure` for an empty path and an invalid expression.
    static func criteria(expect: [String], failOn: [String]) throws -> SuccessCriteria {
        if expect.contains(where: \.isEmpty) {
            throw CommandFailure(.usage, "--expect is empty", hint: "give the path of a file or directory")
        }
        for source in failOn {
            if let problem = problem(with: source) {
                throw CommandFailure(.usage, "--fail-on: \(problem.message)", hint: problem.hint)
            }
        }
        return SuccessCriteria(expected: expect, failurePatterns: failOn)
    }

    /// What is wrong with a regular expression; nil: nothing is.
    static func problem(with source: String) -> Problem? {
        if valid.withLock({ $0.contains(source) }) { return nil }
        do throws(Problem) { _ = try LinePattern(source) } catch { return error }
        valid.withLock { if $0.count < mostValid { $0.insert(source) } }
        return nil
    }

    /// The paths of a job's expected outputs, params replaced.
    /// - Parameters:
    ///   - place: the file and line of the job, followed by a colon; empty for the command line.
    ///   - fill: replaces them.
    /// - Throws: `CommandFailure` for a param that is not declared, and for a path that becomes empty.
    static func filled(
        _ paths: [String], params: JSONObject, place: String, _ fill: (String) -> String
    ) throws -> [String] {
        try paths.map { path in
            let isDeclared = { (word: Substring) in
                word == "jid" || word == "attempt" || params[String(word)] != nil
            }
            if let word = SuccessCriteria.undeclared(in: path, isDeclared) {
                let names = params.members.map(\.name).joined(separator: ", ")
                let declaring = place.isEmpty ? "declare it with --each \(word)=VALUES" : "add it to the job's params"
                throw CommandFailure(
                    .usage, "\(place)the expected output \(path) names {\(word)}, which is not a param",
                    hint: names.isEmpty ? declaring : "the params are \(names)")
            }
            let filled = fill(path)
            guard !filled.isEmpty, !filled.utf8.contains(0) else {
                throw CommandFailure(
                    .usage, "\(place)the expected output \(path) is empty with these params",
                    hint: "give the path of a file")
            }
            return filled
        }
    }
}
