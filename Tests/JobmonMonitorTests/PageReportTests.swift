import JobmonCore
import JobmonWire
import Testing

@testable import JobmonMonitor

/// The page in one file, and the same numbers in Markdown.
struct PageReportTests {
    private static let source = ReportSource(directory: "/data/run one", host: "n1", version: "1.2.3")

    /// Answers with what it was given, by path and query; anything else is not found.
    private struct Answers: ViewReading {
        var known: [String: String]

        func view(_ endpoint: PageEndpoint, _ query: QueryString) async throws(Problem) -> [UInt8] {
            guard let text = known["\(endpoint.path)\(query.text)"] ?? known[endpoint.path] else {
                throw Problem(.notFound, "there is no \(endpoint.path)\(query.text)")
            }
            return Array(text.utf8)
        }
    }

    // MARK: - Base64

    @Test("base64 is that of RFC 4648")
    func base64() {
        for (text, wanted) in [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            #expect(String(decoding: Base64.encoded(Array(text.utf8)), as: UTF8.self) == wanted)
        }
        #expect(Base64.encoded([0xFB, 0xFF, 0xFE]) == Array("+//+".utf8))
    }

    // MARK: - Budget

    @Test("what does not fit is left out and counted, and what is smaller may still fit")
    func budget() {
        var budget = ReportBudget(jobs: 10, used: 4_000_000)
        let fits1 = budget.take(700_000, for: .view)
        #expect(fits1)
        let fits2 = budget.take(200_000, for: .job, count: 25)
        #expect(!fits2)
        let fits3 = budget.take(200_000, for: .job, count: 1)
        #expect(!fits3)
        let fits4 = budget.take(200_000, for: .filter)
        #expect(!fits4)
        let fits5 = budget.take(100_000, for: .filter)
        #expect(fits5)
        #expect(budget.used == 4_800_000)
        #expect(budget.sentences == ["1 filter", "26 single jobs"])
        var large = ReportBudget(jobs: 1_000_000, used: 4_000_000)
        let fits = large.take(5_000_000, for: .colour)
        #expect(fits)
        #expect(large.sentences.isEmpty)
    }

    // MARK: - Plan

    @Test("filters are those that have jobs; no job is opened twice")
    func plan() throws {
        let overview = try JSON(
            parsing: """
                {"total": 9, "jobs": {"queued": 1, "submitted": 2, "running": 0, "failed": 3, "complete": 3},
                 "late": 1, "doubtful": 0, "queues": [{"name": "a&b", "jobs": 4}],
                 "groups": [{"group": "E2", "title": "no", "jobs": 3, "example": 7}]}
                """)
        let plan = ReportPlan(overview)
        #expect(plan.statuses.map(\.label) == ["failed", "waiting", "complete", "late"])
        #expect(plan.statuses[1].query.text == "?status=queued&status=submitted")
        #expect(plan.statuses[1].jobs == 3)
        #expect(plan.groups.map(\.query.text) == ["?error=E2"])
        #expect(plan.queues.map(\.query.text) == ["?queue=a%26b"])
        let rows: [JSON] = [["jid": 7], ["jid": 8]]
        #expect(plan.opened(failed: rows, slowest: [["jid": 9], ["jid": 8]]) == [7, 8, 9])
    }

    // MARK: - The file

    @Test("modules import each other by name, and the answers of a report take the place of the monitor's")
    func modules() {
        let files: Set = ["api.js", "frozen.js", "dom.js"]
        func rewritten(_ text: String, of file: String) -> String {
            String(decoding: FrozenModules.rewritten(Array(text.utf8), of: file, files: files), as: UTF8.self)
        }
        let text = "import { a } from './api.js';\nconst b = import('./dom.js'), c = './other.js', d = 'it''s';"
        let wanted =
            "import { a } from 'jobmon/frozen.js';\nconst b = import('jobmon/dom.js'), c = './other.js', d = 'it''s';"
        #expect(rewritten(text, of: "main.js") == wanted)
        #expect(rewritten("from './api.js'", of: "frozen.js") == "from 'jobmon/api.js'")
        #expect(rewritten("'./", of: "main.js") == "'./")
    }

    @Test("every module is in the file, and none of its imports is left without a name")
    func opening() throws {
        let text = String(decoding: try FrozenPage(nonce: "n0").opening(), as: UTF8.self)
        #expect(text.contains("\"jobmon/frozen.js\":\"data:text/javascript"))
        #expect(text.contains("import 'jobmon/main.js'") && text.contains("jobmon report --md"))
        #expect(text.contains("default-src 'none'; script-src 'nonce-n0'"))
        #expect(!text.contains("src=\"/page") && !text.contains("href=\"/page"))
        for path in PageFiles.shared.paths where path.hasSuffix(".js") && path != "/page/early.js" {
            let names = Set(PageFiles.shared.paths.map { String($0.dropFirst("/page/".count)) })
            let module = FrozenModules.rewritten(
                PageFiles.shared[path]?.bytes ?? [], of: String(path.dropFirst("/page/".count)), files: names)
            #expect(!String(decoding: module, as: UTF8.self).contains("'./"), "\(path)")
        }
    }

    @Test("texts of jobs are no markup, and what is not answered is left out")
    func packed() async throws {
        let hostile = "</script><script>window.harmed=1</script>"
        let overview = """
            {"ready": true, "total": 2, "now": "2026-01-31T09:30:00.000Z", "jobs": {"failed": 2},
             "groups": [{"group": "E1", "title": "\(hostile)", "jobs": 2, "example": 1}]}
            """
        let rows = #"{"count": 2, "rows": [{"jid": 1, "name": "\#(hostile)"}], "next": null}"#
        let reading = Answers(known: [
            "/v1/view": overview, "/v1/view/rows": rows, "/v1/view/mosaic": "cells", "/v1/view/hosts": "{}",
            "/v1/view/timeline": "{}", "/v1/view/resources": "{}",
            "/v1/view/brush?order=number&from=0&to=1": #"{"jobs": 2, "filter": "numbers=1&numbers=4"}"#,
        ])
        let parts = try await FrozenAnswers.packed(of: Self.source, reading: reading, used: 0)
        // Contents, mosaic, lists, three views, five colours, and two for each of two filters; no job is known.
        #expect(parts.count == 15)
        #expect(parts.allSatisfy { $0.allSatisfy { $0 != UInt8(ascii: "<") } })
        #expect(FrozenPage.part(3, [65]) == Array("<script type=\"text/plain\" id=\"part-3\">A</script>\n".utf8))
    }

    @Test("a long text is cut, and says so")
    func shortened() {
        let json: JSON = ["a": ["12345", "é234"], "b": .string(String(repeating: "x", count: 1500))]
        let wanted: JSON = [
            "a": ["1234 \u{2026} (1 more character)", "é234"], "b": "xxxx \u{2026} (1,496 more characters)",
        ]
        #expect(json.shortened(to: 4) == wanted)
    }

    @Test("of a long error the end is kept, and the line that is marked stays the same")
    func longError() throws {
        #expect(FrozenJob.end(of: "a\nb", most: 10).text == "a\nb")
        let end = FrozenJob.end(of: "first\nsecond\nthird\nlast\n", most: 12)
        #expect(end.text == "\u{2026} 2 lines before this are not in this report\nthird\nlast\n")
        #expect(end.missing == 2)
        let wide = FrozenJob.end(of: "first\n" + String(repeating: "x", count: 50) + "\n", most: 12)
        #expect(wide.text == "\u{2026} 1 line before this is not in this report\n\u{2026} xxxxxxxxxxx\n")
        #expect(wide.missing == 1)
        let answer = try JSON(
            parsing: #"""
                {"job": {"jid": 1, "instances": [{"error": "first\nsecond\nthird\nlast\n"}]},
                 "explanation": {"why": "x", "frame": {"line": 3}}}
                """#)
        let short = FrozenJob.shortened(answer, to: 12)
        #expect(short.member("explanation").member("frame").member("line") == 2)
        let error = short.member("job").member("instances").elements.first?.member("error").plainText ?? ""
        #expect(error.split(separator: "\n", omittingEmptySubsequences: false)[2] == "last")
        #expect(FrozenJob.shortened(answer, to: 6).member("explanation").member("frame").member("line") == 1)
    }

    // MARK: - Markdown

    @Test(
        "text is code, whatever it is",
        arguments: [
            ("plain", "`plain`"), ("", ""), ("a|b", #"`a\|b`"#), (#"a\|b"#, #"`a\\\|b`"#), (#"a\\|b"#, #"`a\\\|b`"#),
            ("`x``", "``` `x`` ```"), ("<script>@me #1</script>", "`<script>@me #1</script>`"),
            ("a\nb\tc\u{1B}", "`a\u{240A}b\u{2409}c\u{241B}`"), ("\u{202E}gnp\u{200B}", "`[U+202E]gnp[U+200B]`"),
            ("|\u{301}", "`\\|\u{301}`"), ("123456789012", "`1234567890\u{2026}`"),
        ])
    func code(text: String, wanted: String) {
        #expect(MarkdownText.code(text, most: text.hasPrefix("123") ? 10 : 100) == wanted)
    }

    @Test("the tables have the numbers of the answers")
    func markdown() async throws {
        let overview = """
            {"ready": true, "total": 1500, "now": "2026-01-31T09:30:00.000Z",
             "jobs": {"complete": 1000, "queued": 100, "submitted": 50, "failed": 350}, "late": 0, "doubtful": 2,
             "groups": [{"group": "E1", "title": "KeyError: 'a|b'", "jobs": 350, "example": 17,
                         "first_seen": "2026-01-30T08:00:00.000Z", "concentration": ["site=lima: 12 of the 14 jobs"]}],
             "groups_more": 0,
             "quantiles": [{"what": "time", "unit": "seconds", "jobs": 1350, "min": 1, "p25": 2, "p50": 3, "p75": 4,
                            "p95": 5, "max": 600}]}
            """
        let reading = Answers(known: [
            "/v1/view": overview,
            "/v1/view/rows": #"""
            {"count": 1500, "next": null, "rows": [{"jid": 9, "name": "fit", "params": {"year": 1990},
             "status": "complete", "host": "n2", "time": 600, "memory": 1048576}]}
            """#,
            "/v1/view/hosts": #"""
            {"hosts": [{"host": "n3", "jobs": 10, "failed": 0}, {"host": "n2", "jobs": 20, "failed": 7}]}
            """#,
        ])
        let text = try await PageReport.markdown(Self.source, from: reading)
        #expect(
            text == #"""
                # jobmon: `/data/run one`

                Made on `n1` at 2026-01-31 09:30 UTC by jobmon 1.2.3.

                | jobs | complete | running | waiting | failed | doubtful |
                | ---: | ---: | ---: | ---: | ---: | ---: |
                | 1,500 | 1,000 | 0 | 150 | 350 | 2 |

                ## Failures

                | group | jobs | error | since (UTC) | what sets them apart |
                | --- | ---: | --- | --- | --- |
                | E1 | 350 | `KeyError: 'a\|b'` | 2026-01-30 08:00 | `site=lima: 12 of the 14 jobs` |

                ## Time, memory and wait

                | of each job | jobs | min | p25 | median | p75 | p95 | max |
                | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
                | time | 1,350 | 1.0s | 2.0s | 3.0s | 4.0s | 5.0s | 10m00s |

                ## Slowest jobs

                | job | name | params | status | host | time | memory |
                | ---: | --- | --- | --- | --- | ---: | ---: |
                | 9 | `fit` | `year=1990` | complete | `n2` | 10m00s | 1.0 MiB |

                ## Hosts with failures

                | host | jobs | failed |
                | --- | ---: | ---: |
                | `n2` | 20 | 7 |

                To go on:

                    jobmon errors -d '/data/run one'
                    jobmon explain 17 -d '/data/run one'
                    jobmon dashboard -d '/data/run one'

                """#)
    }
}
