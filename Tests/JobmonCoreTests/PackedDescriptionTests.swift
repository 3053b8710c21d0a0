import JobmonCore
import JobmonTestSupport
import Testing

/// What is packed comes back to the byte, whatever was packed before it.
struct PackedDescriptionTests {
    /// All texts of a description, as bytes: Swift takes different bytes for equal where people see the same letter.
    private func bytes(_ description: JobDescription) -> [[UInt8]] {
        var all = [description.runfile, description.name ?? "-", description.cwd ?? "-"] + description.args
        all += [description.params, description.env, description.resources].map { JSON.object($0).text }
        return all.map { Array($0.utf8) }
    }

    private func random(_ random: inout SeededGenerator) -> JobDescription {
        let texts = [
            "", "a", "1995", "e\u{301}", "\u{e9}", "3:x", "n1:y", "a\nb", "\u{1}", "/some/longer/path/to/a/script.py",
            "😀",
        ]
        func text() -> String { texts.randomElement(using: &random) ?? "" }
        let values: [JSON] = [
            1, -7, .double(0.1), .double(1), .double(-0.0), .double(1e300), true, .null, .array([.double(2), 2, "x"]),
            .object(["a": .string(text())]), .string(text()), .string(text()),
        ]
        func object(_ names: [String]) -> JSONObject {
            JSONObject(names.map { (name: $0, value: values.randomElement(using: &random) ?? .null) })
        }
        func chance() -> Bool { Bool.random(using: &random) }
        return JobDescription(
            name: chance() ? text() : nil, runfile: text(),
            args: (0..<Int.random(in: 0...3, using: &random)).map { _ in text() },
            params: object(chance() ? ["year", "loc"] : chance() ? [] : ["e\u{301}"]), cwd: chance() ? text() : nil,
            env: object(chance() ? [] : ["A"]), shell: chance(), timeout: chance() ? 2.5 : nil,
            resources: object(chance() ? [] : ["memory"]), maxAttempts: Int.random(in: 1...2, using: &random))
    }

    @Test("random descriptions come back as they were", arguments: 0..<20)
    func roundTrips(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let given = (0..<500).map { _ in random(&generator) }
        let packed = given.map { PackedDescription($0) }
        for (one, other) in zip(given, packed) {
            let value = other.value
            #expect(value == one)
            #expect(bytes(value) == bytes(one))
        }
    }

    @Test("many arguments come back in order")
    func manyArguments() {
        let files = (0..<30_000).map { "data/\($0).csv" }
        let given = (0..<3).map { JobDescription(runfile: "merge", args: ["\($0)"] + files) }
        #expect(given.map { PackedDescription($0) }.map(\.value) == given)
    }

    @Test("the jobs of a sweep share all but their arguments and params")
    func sweep() {
        let given = (0..<1000).map { number in
            JobDescription(
                name: "fit_\(number)", runfile: "/usr/bin/python3", args: ["fit.py", "--year", "\(number)"],
                params: ["year": .int(Int64(number)), "loc": "x"], cwd: "/data/study", env: ["A": "b"],
                resources: ["memory": 5])
        }
        #expect(given.map { PackedDescription($0) }.map(\.value) == given)
        #expect(MemoryLayout<PackedDescription>.stride <= 24)
    }
}
