import JobmonCore
import JobmonTestSupport
import Testing

/// What jobs wait for: how it is written, which jobs it means, and in which order they can run.
@Suite struct DependencyTests {
    private typealias Candidate = DependencyResolver.Candidate
    private typealias Job = DependencyPlan.Job

    /// A job that has no key of its own but a computed one.
    private static func computedKey(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "a", count: 32 - digits.count) + digits
    }

    private static func named(_ names: [String]) -> DependencyResolver {
        DependencyResolver(names.enumerated().map { Candidate(key: computedKey($0), name: $1) })
    }

    /// Jobs by name, each with what it waits for.
    private static func plan(_ jobs: [(name: String, after: [String])]) throws(Problem) -> DependencyPlan {
        var resolver = named(jobs.map(\.name))
        return try DependencyPlan(
            jobs.enumerated().map { index, job in
                Job(
                    place: "jobs.jsonl, line \(index + 1)", index: index,
                    references: job.after.map { DependencyReference($0) })
            }, &resolver)
    }

    private func problem(_ jobs: [(name: String, after: [String])]) -> Problem? {
        do {
            _ = try Self.plan(jobs)
            return nil
        } catch {
            return error
        }
    }

    // MARK: Reading

    private func read(_ json: JSON) throws(FieldError) -> [DependencyReference] {
        try DependencyReference.read(json, "after")
    }

    @Test func referencesAreReadFromJSON() throws {
        #expect(try read("fit 2001") == [.named("fit 2001")])
        #expect(try read("db=main") == [.param("db", "main")])
        #expect(try read("db=a=*") == [.param("db", "a=*")])
        #expect(try read("db=") == [.param("db", "")])
        #expect(try read("=db") == [.named("=db")])
        #expect(try read(17) == [.jid(17)])
        #expect(try read(["db": "main", "year": 2001]) == [.params(["db": "main", "year": "2001"])])
        #expect(try read(["a", 3, ["x": 1]]) == [.named("a"), .jid(3), .params(["x": 1])])
        #expect(try read([]) == [])
        let all: JSON = ["fit *", "db=main", ["x": .double(1.5), "y": true], 3]
        #expect(try JSON.array(read(all).map(\.json)) == all)
    }

    @Test(
        arguments: [
            ("", "\"after\" must not be empty"), (["a", ""], "\"after[1]\" must not be empty"),
            (
                true,
                "\"after\" must be a string, a job's number, an object of params, or an array of these, "
                    + "not true or false"
            ),
            (.null, "\"after\" must be a string, a job's number, an object of params, or an array of these, not null"),
            (["a", []], "\"after[1]\" must be a string, a job's number, an object of params, not an array"),
            ([.double(2.5)], "\"after[0]\" must be a string, a job's number, an object of params, not 2.5"),
            (-1, "\"after\" must be a job's number, at least 1, not -1"),
            (0, "\"after\" must be a job's number, at least 1, not 0"),
            (.object([:]), "\"after\" must have at least one param"),
            (["": 1], "\"after\" must not have a param without a name"),
            (["db": .null], "\"after.db\" must be a string or a number, not null"),
            ([["db": ["x"]]], "\"after[0].db\" must be a string or a number, not an array"),
        ] as [(JSON, String)])
    func wrongReferences(_ json: JSON, _ message: String) {
        var found: String?
        do { _ = try read(json) } catch { found = error.description }
        #expect(found == message)
    }

    @Test("placeholders are filled before a text is read")
    func filled() {
        func fill(_ reference: DependencyReference) -> DependencyReference {
            reference.mapTexts { text in
                CommandTemplate.fill(text, quoting: false) { ["year": "2001", "sites": "site=bergen"][$0] }
            }
        }
        #expect(fill(.named("fit {year}")) == .named("fit 2001"))
        #expect(fill(.named("{sites}")) == .param("site", "bergen"))
        #expect(fill(.param("year", "{year}")) == .param("year", "2001"))
        #expect(fill(.params(["year": "{year}", "n": 3])) == .params(["year": 2001, "n": 3]))
        #expect(fill(.jid(3)) == .jid(3))
    }

    // MARK: Which jobs are meant

    private static let some: [Candidate] = [
        Candidate(key: "first", name: "fit 2001", params: ["db": "main", "year": 2001], jid: 7),
        Candidate(key: "fit 2001", name: "other", params: ["db": "test", "year": "2001"], jid: 9),
        Candidate(key: computedKey(0), name: "fit 2002", params: ["db": "main", "year": 2002]),
        Candidate(key: computedKey(1), name: "all*", params: ["db": "ma*", "flag": true]),
        Candidate(key: computedKey(2), name: "allow"), Candidate(key: computedKey(3), name: "db=main"),
        Candidate(key: computedKey(4), name: "twice"), Candidate(key: "twice", name: "twice"),
    ]

    @Test(
        arguments: [
            (.named("first"), [0]), (.named("other"), [1]), (.named("none"), []), (.named(""), []),
            // A text that is the name of one job and the key of another.
            (.named("fit 2001"), [0, 1]), (.named("twice"), [6, 7]), (.named("fit*"), [0, 1, 2]),
            (.named("*2002"), [2]), (.named("*i*"), [0, 1, 2, 5, 6, 7]), (.named("f?t 200[12]"), [0, 1, 2]),
            (.named("fit 200[^1]"), [2]), (.named("*[^]x] 2002"), [2]), (.named("fit 200["), []), (.named("no*"), []),
            (.named("*no"), []),
            // An exact name goes before a pattern.
            (.named("all*"), [3]), (.named("al*"), [3, 4]),
            // Computed keys are found exactly, but not by a pattern.
            (.named(computedKey(0)), [2]), (.named("aaa*"), []), (.named("*"), [0, 1, 2, 3, 4, 5, 6, 7]),
            (.param("db", "main"), [5]), (.param("db", "m*"), [0, 2, 3]), (.param("db", "ma*"), [3]),
            (.param("year", "2001"), [0, 1]), (.param("year", "200?"), [0, 1, 2]), (.param("flag", "true"), [3]),
            (.param("db", "x"), []), (.param("no", "*"), []), (.param("db", "*"), [0, 1, 2, 3]),
            (.params(["db": "main"]), [0, 2]), (.params(["db": "main", "year": "2001"]), [0]),
            (.params(["year": 2001, "db": "test"]), [1]), (.params(["year": 2001]), [0, 1]),
            (.params(["db": "m*"]), []), (.params(["db": "main", "no": 1]), []), (.params([:]), []),
            (.params(["db": "main", "flag": true]), []), (.params(["flag": "true"]), [3]),
            (.jid(7), [0]), (.jid(9), [1]), (.jid(1), []),
        ] as [(DependencyReference, [Int])])
    func meaning(_ reference: DependencyReference, _ expected: [Int]) {
        var resolver = DependencyResolver(Self.some)
        let found = resolver.find(reference)
        #expect(found == expected)
        let again = resolver.find(reference)
        #expect(again == expected)
    }

    @Test(
        arguments: [
            (.named("fit 20022"), "\"fit 2002\""), (.named("frist"), "\"first\""), (.named("xyz"), nil),
            (.named("frist*"), nil), (.param("bd", "main"), "\"db=main\""), (.param("yaer", "2001"), "\"year=2001\""),
            (.param("db", "mian"), "\"db=main\""),
            (.params(["db": "mian", "year": 2002]), "{\"db\":\"main\",\"year\":2002}"),
            (.params(["yaer": 2001]), "{\"year\":2001}"), (.params(["db": "main", "year": 1950]), nil), (.jid(8), nil),
        ] as [(DependencyReference, String?)])
    func nearReferences(_ reference: DependencyReference, _ expected: String?) {
        var resolver = DependencyResolver(Self.some)
        let near = resolver.nearest(to: reference)
        #expect(near?.description == expected)
    }

    // MARK: Errors of a plan

    @Test func unknownReferences() {
        #expect(
            problem([("fit 2001", []), ("sum", ["fit 2002"])])
                == Problem(
                    .invalid,
                    "\"after\" names a job that the queue does not have: \"fit 2002\" (jobs.jsonl, line 2)",
                    hint: "did you mean \"fit 2001\"?"))
        #expect(
            problem([("fit 2001", []), ("sum", ["fit 2002", "db=x", "sum*"]), ("end", ["fit 2002", "m*"])])
                == Problem(
                    .invalid,
                    "\"after\" names 3 jobs that the queue does not have: \"fit 2002\" (jobs.jsonl, line 2), "
                        + "\"db=x\" (jobs.jsonl, line 2), \"m*\" (jobs.jsonl, line 3)",
                    hint: "for \"fit 2002\", did you mean \"fit 2001\"?"))
        #expect(
            problem([("a", ["*x"])])
                == Problem(
                    .invalid, "\"after\" names a job that the queue does not have: \"*x\" (jobs.jsonl, line 1)",
                    hint: "use the key or name of a job, a pattern such as \"fit*\", PARAM=VALUE, an object of params, "
                        + "or a job's number"))
        let many = problem((0..<1234).map { ("job", ["absent \($0)"]) })
        #expect(many?.message.hasPrefix("\"after\" names 1,234 jobs that the queue does not have: ") == true)
        #expect(many?.message.hasSuffix("\"absent 1233\" (jobs.jsonl, line 1234)") == true)
        let long = problem([("a", [String(repeating: "ab\n", count: 100)])])
        #expect(long?.message.contains("\\nab... ") == false && long?.message.contains("\\nab...\" (") == true)
    }

    @Test func aJobThatWaitsForItself() {
        #expect(
            problem([("my fit", []), ("map", ["m*"])])
                == Problem(
                    .invalid, "job map (jobs.jsonl, line 2) waits for itself by \"m*\"",
                    hint: "use a pattern in \"after\" that does not match the job itself"))
        #expect(
            problem([("a", []), ("my fit", ["a", "my fit"])])
                == Problem(
                    .invalid, "job \"my fit\" (jobs.jsonl, line 2) waits for itself by \"my fit\"",
                    hint: "remove it from \"after\""))
    }

    @Test func cycles() {
        #expect(
            problem([("x", ["c"]), ("a", ["b"]), ("b", ["c"]), ("c", ["a"])])
                == Problem(
                    .invalid, "3 jobs wait for each other: a waits for b, b waits for c, c waits for a",
                    hint: "remove one of these from \"after\""))
        #expect(
            problem([("fit 1", ["sum"]), ("fit 2", []), ("sum", ["fit*"])])?.message
                == "2 jobs wait for each other: \"fit 1\" waits for sum, sum waits for \"fit 1\"")
        let large = problem((0..<1000).map { ("j\($0)", ["j\(($0 + 1) % 1000)"]) })
        #expect(
            large?.message
                == "1,000 jobs wait for each other: "
                + (0..<9).map { "j\($0) waits for j\($0 + 1)" }.joined(separator: ", ")
                + ", ..., j999 waits for j0")
        // Jobs of one name are known by their places.
        var resolver = DependencyResolver([Candidate(key: "1", name: "fit"), Candidate(key: "2", name: "fit")])
        var message: String?
        do {
            _ = try DependencyPlan(
                [
                    Job(place: "job 1", index: 0, references: [.named("2")]),
                    Job(place: "job 2", index: 1, references: [.named("1")]),
                ], &resolver)
        } catch { message = error.message }
        #expect(
            message
                == "2 jobs wait for each other: fit (job 1) waits for fit (job 2), fit (job 2) waits for fit (job 1)")
    }

    // MARK: Order

    @Test func orderIsThatOfTheInputWherePossible() throws {
        let sorted = try Self.plan([("a", []), ("b", ["a"]), ("c", []), ("d", ["b", "a", "[ab]"])])
        #expect(sorted.order == [0, 1, 2, 3] && sorted.count == 4)
        #expect((0..<4).map { sorted.waits(at: $0) } == [[], [0], [], [0, 1]])
        let unsorted = try Self.plan([("sum", ["fit*"]), ("x", []), ("fit 1", ["z"]), ("fit 2", []), ("z", [])])
        #expect(unsorted.order == [1, 3, 4, 2, 0])
    }

    @Test("a plan can wait for jobs that are not in it")
    func olderJobs() throws {
        var resolver = DependencyResolver(Self.some)
        let plan = try DependencyPlan(
            [
                Job(place: "job 1", index: 5, references: [.named("fit*"), .named("twice")]),
                Job(place: "job 2", index: 6, references: [.jid(9)]),
            ], &resolver)
        #expect(plan.order == [1, 0] && plan.waits(at: 0) == [0, 1, 2, 6, 7] && plan.waits(at: 1) == [1])
        var graph = WaitGraph()
        plan.add(to: &graph)
        #expect(graph.waits(of: 5) == [0, 1, 2, 6, 7] && graph.allDependents(of: 1) == [5, 6])
    }

    @Test("a long chain against the order of the input, and a long cycle")
    func longChain() throws {
        let length = 100_000
        func chain(_ last: DependencyReference?) throws(Problem) -> DependencyPlan {
            var resolver = DependencyResolver(
                (0..<length).map { Candidate(key: "k\($0)", name: "", jid: Int64($0 + 1)) })
            return try DependencyPlan(
                (0..<length).map { position in
                    let next = position + 1 < length ? DependencyReference.jid(Int64(position + 2)) : last
                    return Job(place: "job \(position + 1)", index: position, references: next.map { [$0] } ?? [])
                }, &resolver)
        }
        let plan = try chain(nil)
        #expect(plan.order == (0..<length).reversed())
        var graph = WaitGraph()
        plan.add(to: &graph)
        #expect(graph.allDependents(of: length - 1).count == length - 1)
        var message = ""
        do { _ = try chain(.jid(1)) } catch { message = error.message }
        #expect(message.hasPrefix("100,000 jobs wait for each other: "))
    }

    // MARK: Random graphs

    /// The jobs that a reference means, by its definition.
    private static func meant(_ reference: DependencyReference, _ candidates: [Candidate]) -> [Int] {
        func all(_ matches: (Candidate) -> Bool) -> [Int] { candidates.indices.filter { matches(candidates[$0]) } }
        func exactly(_ text: String) -> [Int] { all { $0.key == text || $0.name == text } }
        func text(_ candidate: Candidate, _ name: String) -> String? { candidate.params[name]?.plainText }
        switch reference {
        case .named(let text):
            let exact = exactly(text)
            let glob = GlobPattern(text)
            return exact.isEmpty
                ? all { ($0.key.count < 32 && glob.matches($0.key)) || glob.matches($0.name) } : exact
        case .param(let name, let value):
            var exact = exactly("\(name)=\(value)")
            if exact.isEmpty { exact = all { text($0, name) == value } }
            let glob = GlobPattern(value)
            return exact.isEmpty ? all { text($0, name).map { glob.matches($0) } ?? false } : exact
        case .params(let object):
            return all { candidate in
                object.members.allSatisfy { text(candidate, $0.name) == $0.value.plainText }
            }
        case .jid(let number): return all { $0.jid == number }
        }
    }

    private static func word(_ random: inout SeededGenerator, _ letters: String) -> String {
        String((0..<Int.random(in: 1...5, using: &random)).map { _ in letters.randomElement(using: &random) ?? "a" })
    }

    private static func blurred(_ text: String, _ random: inout SeededGenerator) -> String {
        let wildcards = ["*", "?", "*?", "[ab01]", "[^a0]", "[]b1*]", "[^]0]", "[0-b]", "**"]
        return text.map { letter in
            guard Int.random(in: 0..<3, using: &random) == 0 else { return String(letter) }
            return wildcards.randomElement(using: &random) ?? "*"
        }.joined()
    }

    @Test("references mean the jobs that their definition says", arguments: 0..<10)
    func randomReferences(_ block: UInt64) {
        for seed in block * 50..<(block + 1) * 50 {
            var random = SeededGenerator(seed: seed)
            let candidates = (0..<Int.random(in: 1...30, using: &random)).map { index in
                var params = JSONObject()
                for name in ["a", "b"] where Bool.random(using: &random) {
                    let number = Int64.random(in: 0...3, using: &random)
                    params[name] = Bool.random(using: &random) ? .int(number) : .string(Self.word(&random, "01*"))
                }
                let key = Bool.random(using: &random) ? Self.computedKey(index) : Self.word(&random, "abé=*")
                return Candidate(
                    key: key, name: Self.word(&random, "ab=]"), params: params,
                    jid: Bool.random(using: &random) ? Int64(index + 1) : nil)
            }
            var resolver = DependencyResolver(candidates)
            for _ in 0..<40 {
                let reference: DependencyReference
                switch Int.random(in: 0..<6, using: &random) {
                case 4, 5:
                    // A name or a value that exists, with wildcards in place of some of its characters.
                    let candidate = candidates[Int.random(in: 0..<candidates.count, using: &random)]
                    let value = candidate.params["a"]?.plainText
                    let text = value.map { "a=" + Self.blurred($0, &random) } ?? Self.blurred(candidate.name, &random)
                    reference = DependencyReference(text)
                case 0: reference = .jid(Int64.random(in: 1...30, using: &random))
                case 1:
                    var params: JSONObject = ["a": .string(Self.word(&random, "01"))]
                    if Bool.random(using: &random) { params["b"] = .int(Int64.random(in: 0...3, using: &random)) }
                    reference = .params(params)
                case 2: reference = DependencyReference("a=" + Self.word(&random, "01*?[]"))
                default: reference = DependencyReference(Self.word(&random, "abé=*?[]^"))
                }
                let found = resolver.find(reference)
                #expect(found == Self.meant(reference, candidates), "seed \(seed): \(reference)")
            }
        }
    }

    /// Whether the jobs wait for each other, by a search in depth.
    private static func hasCycle(_ waits: [[Int]]) -> Bool {
        var isDone = [Bool](repeating: false, count: waits.count)
        func leadsBack(_ job: Int, _ way: Set<Int>) -> Bool {
            if way.contains(job) { return true }
            if isDone[job] { return false }
            defer { isDone[job] = true }
            return waits[job].contains { leadsBack($0, way.union([job])) }
        }
        return waits.indices.contains { leadsBack($0, []) }
    }

    /// Takes the first job of the input that waits for nothing, again and again.
    private static func naiveOrder(_ waits: [[Int]]) -> [Int] {
        var order: [Int] = []
        while let next = waits.indices.first(where: { job in
            !order.contains(job) && waits[job].allSatisfy { order.contains($0) }
        }) { order.append(next) }
        return order
    }

    @Test("the order is valid and the first possible one; a cycle is found if there is one", arguments: 0..<10)
    func randomPlans(_ block: UInt64) {
        var cycles = 0
        for seed in block * 50..<(block + 1) * 50 {
            var random = SeededGenerator(seed: seed)
            let count = Int.random(in: 1...25, using: &random)
            // Edges mostly in one direction, so that about half of the graphs have no cycle.
            let rank = Array(0..<count).shuffled(using: &random)
            var waits = [[Int]](repeating: [], count: count)
            for _ in 0..<Int.random(in: 0...2 * count, using: &random) {
                let (one, other) = (
                    Int.random(in: 0..<count, using: &random), Int.random(in: 0..<count, using: &random)
                )
                guard one != other else { continue }
                let isForward = rank[one] < rank[other] || Int.random(in: 0..<8, using: &random) == 0
                if isForward { waits[other].append(one) } else { waits[one].append(other) }
            }
            var after = waits.map { $0.map { "j\($0)" } }
            // Some wait for many by one pattern.
            for job in 0..<count where Int.random(in: 0..<6, using: &random) == 0 {
                guard let digit = (0...9).randomElement(using: &random), !"j\(job)".hasSuffix("\(digit)") else {
                    continue
                }
                let meant = (0..<count).filter { "j\($0)".hasSuffix("\(digit)") }
                guard !meant.isEmpty else { continue }
                waits[job] += meant
                after[job].append("j*\(digit)")
            }
            do {
                let plan = try Self.plan((0..<count).map { ("j\($0)", after[$0]) })
                #expect(!Self.hasCycle(waits), "seed \(seed)")
                #expect(plan.order == Self.naiveOrder(waits), "seed \(seed)")
                #expect((0..<count).map { plan.waits(at: $0) } == waits.map { Set($0).sorted() }, "seed \(seed)")
                var (graph, other) = (WaitGraph(), WaitGraph())
                plan.add(to: &graph)
                for job in 0..<count { other.add(job, waitsFor: plan.waits(at: job)) }
                #expect((0..<count).map { graph.waits(of: $0) } == (0..<count).map { other.waits(of: $0) })
            } catch {
                cycles += 1
                #expect(Self.hasCycle(waits), "seed \(seed): \(error)")
                let steps = error.message.split(separator: ": ").last?.split(separator: ", ") ?? []
                for step in steps where step != "..." {
                    let jobs = step.split(separator: " waits for ").compactMap { Int($0.dropFirst()) }
                    #expect(jobs.count == 2 && waits[jobs[0]].contains(jobs[1]), "seed \(seed): \(step)")
                }
            }
        }
        #expect(cycles > 5 && cycles < 45)
    }

    // MARK: Size

    @Test("100,000 jobs with 200,000 references of all kinds")
    func manyReferences() throws {
        let count = 100_000
        let candidates = (0..<count).map { index in
            Candidate(
                key: index.isMultiple(of: 2) ? Self.computedKey(index) : "key \(index)",
                name: "fit_\(index)_s\(index / 10)",
                params: [
                    "year": .int(Int64(index % 300)), "site": .string("s\(index / 300)"), "index": .int(Int64(index)),
                ],
                jid: Int64(index + 1))
        }
        var resolver = DependencyResolver(candidates)
        // Each of the second half waits for jobs of the first one.
        let jobs = (0..<count).map { index in
            guard index >= count / 2 else { return Job(place: "job \(index)", index: index, references: []) }
            let other = index - count / 2
            let references: [DependencyReference]
            switch index % 4 {
            case 0:
                references = [
                    .named(candidates[other].name), .named(candidates[other].key), .jid(Int64(other + 1)),
                    .named("fit_7*0_s7"),
                ]
            case 1:
                references = [
                    .params(["year": .int(Int64(other % 300)), "site": .string("s\(other / 300)")]),
                    .params(["index": .string("\(other)")]), .param("index", "\(other)"), .param("site", "s1"),
                ]
            case 2:
                references = [
                    .named("fit_\(other)_*"), .named("*_s\(other / 10)"), .named("fit_*_s\(other / 10)"),
                    .named("fit_\(other)_s[0-9]*"),
                ]
            default:
                references = [.param("index", "\(max(1, other / 10))?"), .jid(1), .jid(2), .named("*_s0")]
            }
            return Job(place: "job \(index)", index: index, references: references)
        }
        let plan = try DependencyPlan(jobs, &resolver)
        #expect(plan.order == Array(0..<count))
        var graph = WaitGraph()
        plan.add(to: &graph)
        var free = 0
        for index in 0..<count / 2 { free += graph.satisfied(index).count }
        #expect(free == count / 2)
    }
}
