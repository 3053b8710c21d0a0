import JobmonCore
import Testing

/// By which texts of its key a job is found that others wait for.
struct DependencyKeyTests {
    private typealias Candidate = DependencyResolver.Candidate

    @Test(
        "a pattern finds no job by a key that nobody chose: a computed one, or a UUID as the libraries make it",
        arguments: [
            "b1946ac92492d2347c6235b4d2611184", "b7a3f0d2-6f0e-4b53-9d5e-0f3a6c1d2e4b",
            "B7A3F0D2-6F0E-4B53-9D5E-0F3A6C1D2E4B", "b1946ac92492d2347c6235b4d2611184#2",
            "b7a3f0d2-6f0e-4b53-9d5e-0f3a6c1d2e4b#13",
        ])
    func keysThatNobodyChose(_ key: String) {
        var resolver = DependencyResolver([
            Candidate(key: "x", name: "b1"), Candidate(key: key, name: "c"),
            Candidate(key: "b2-of-1995", name: "d"), Candidate(key: "b7a3f0d2-6f0e-4b53-9d5e-0f3a6c1d2e4", name: "e"),
        ])
        for pattern in ["b*", "B*"] {
            let found = resolver.find(.named(pattern))
            #expect(found == (pattern == "b*" ? [0, 2, 3] : []))
        }
        let exact = resolver.find(.named(key))
        #expect(exact == [1])
    }

    @Test(
        "a job of a later round is meant by the key as it was given, by its whole key, and by patterns for the former")
    func keysOfRounds() {
        var second = Candidate(key: "fit-a#2", name: "x")
        second.saidKey = "fit-a"
        var first = Candidate(key: "fit-a", name: "")
        first.saidKey = ""
        var resolver = DependencyResolver([
            first, second, Candidate(key: "fit-b", name: "y"), Candidate(key: "fit-b#2", name: "z"),
        ])
        for (text, expected) in [("fit-a", [1]), ("fit-a#2", [1]), ("fit-*", [1, 2]), ("fit-b#2", [3]), ("*#2", [])] {
            let found = resolver.find(.named(text))
            #expect(found == expected, "\(text)")
        }
    }
}
