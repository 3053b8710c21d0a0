extension DependencyPlan {
    /// The most references that a message names. A mistake in the making of a job file can be in all of its lines.
    static let mostNamed = 100_000
    /// The most steps of a cycle that a message shows.
    static let mostSteps = 10

    /// References that no job matches, each with the first place that uses it.
    static func unknown(
        _ missing: [(reference: DependencyReference, place: String)], _ resolver: inout DependencyResolver
    ) -> Problem {
        let named = missing.prefix(mostNamed).map { "\($0.reference) (\($0.place))" }.joined(separator: ", ")
        let rest = missing.count - mostNamed
        let jobs = missing.count == 1 ? "a job" : Units.count(missing.count, "job")
        let near = missing.first.flatMap { first in
            resolver.nearest(to: first.reference).map { near in
                (missing.count == 1 ? "" : "for \(first.reference), ") + "did you mean \(near)?"
            }
        }
        return Problem(
            .invalid,
            "\"after\" names \(jobs) that the queue does not have: \(named)"
                + (rest > 0 ? " and \(Units.grouped(rest)) more" : ""),
            hint: near
                ?? "use the key or name of a job, a pattern such as \"fit*\", PARAM=VALUE, an object of params, or a "
                + "job's number")
    }

    static func waitsForItself(_ job: Job, _ resolver: DependencyResolver) -> Problem {
        var resolver = resolver
        let reference = job.references.first { resolver.find($0).contains(job.index) }
        let name = label(resolver.candidates[job.index].name)
        return Problem(
            .invalid,
            "job \(name) (\(job.place)) waits for itself"
                + (reference.map { " by \($0)" } ?? ""),
            hint: reference?.isPattern == true
                ? "use a pattern in \"after\" that does not match the job itself" : "remove it from \"after\"")
    }

    /// - Parameter jobs: each waits for the next one, and the last one for the first.
    static func cycle(_ jobs: [Job], _ resolver: inout DependencyResolver) -> Problem {
        func label(_ step: Int) -> String {
            let job = jobs[step % jobs.count]
            let name = resolver.candidates[job.index].name
            // Without its place, nobody knows which of several jobs of one name is meant.
            return resolver.count(of: name) == 1 ? Self.label(name) : "\(Self.label(name)) (\(job.place))"
        }
        func step(_ number: Int) -> String { "\(label(number)) waits for \(label(number + 1))" }
        let shown = jobs.count <= mostSteps ? jobs.count : mostSteps - 1
        var steps = (0..<shown).map(step)
        if shown < jobs.count { steps += ["...", step(jobs.count - 1)] }
        return Problem(
            .invalid,
            "\(Units.count(jobs.count, "job")) wait for each other: \(steps.joined(separator: ", "))",
            hint: "remove one of these from \"after\"")
    }

    /// A name in a sentence: in quotation marks if it has other characters than those of a plain word.
    private static func label(_ name: String) -> String {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "_-./:+@#=".utf8.contains(byte)
            }
        }
        return isPlain && !name.isEmpty ? name : DependencyReference.named(name).description
    }
}
