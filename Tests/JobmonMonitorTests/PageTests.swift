import Foundation
import JobmonCore
import JobmonLedger
import JobmonReporting
import JobmonTestSupport
import JobmonWire
import Logging
import Testing

@testable import JobmonMonitor

/// The page: who gets in, what is answered, and that it acts only for those who may.
@Suite(.timeLimit(.minutes(20)))
struct PageTests {
    /// A browser with its cookies, at the monitor's own origin.
    private struct Browser {
        let fixture: MonitorFixture
        var cookie: String?

        private var origin: String { "http://\(fixture.requester.host)" }

        func send(
            _ method: String, _ path: String, _ body: String? = nil, headers: [String: String?] = [:]
        ) async throws -> RawRequester.Answer {
            var all: [String: String?] = ["Authorization": nil, "Cookie": cookie]
            if method != "GET" { all["Origin"] = origin }
            all.merge(headers) { $1 }
            return try await fixture.requester.send(method, path, body, headers: all)
        }

        func act(_ path: String, _ body: String, headers: [String: String?] = [:]) async throws -> RawRequester.Answer {
            try await send("POST", path, body, headers: ["X-Jobmon-Page": "1"].merging(headers) { $1 })
        }

        func json(_ path: String) async throws -> JSON {
            let answer = try await send("GET", path)
            #expect(answer.status == 200, "\(path): \(String(decoding: answer.body, as: UTF8.self))")
            return try answer.json()
        }

        /// Goes in by the token of a link.
        mutating func enter(_ token: String) async throws -> RawRequester.Answer {
            let answer = try await send("POST", "/v1/session", #"{"token":"\#(token)"}"#)
            if let header = answer.headers["set-cookie"] { cookie = String(header.prefix { $0 != ";" }) }
            return answer
        }
    }

    private func token(_ fixture: MonitorFixture, _ body: String = "{}") async throws -> String {
        let answer = try await fixture.requester.send("POST", "/v1/links", body)
        #expect(answer.status == 200)
        return try PageLink(try answer.json()).token
    }

    private func entered(_ fixture: MonitorFixture, _ body: String = "{}") async throws -> Browser {
        var browser = Browser(fixture: fixture)
        let answer = try await browser.enter(try await token(fixture, body))
        #expect(answer.status == 200)
        return browser
    }

    /// Waits until the snapshot is built.
    private func overview(_ browser: Browser, _ query: String = "") async throws -> JSONObject {
        try await waitFor("the snapshot") {
            guard case .object(let object) = try await browser.json("/v1/view\(query)"), object["ready"] == .bool(true)
            else { return nil }
            return object
        }
    }

    // MARK: - The door

    @Test func aLinkIsForOneUseWithinAMinute() async throws {
        let clock = TestClock()
        try await withMonitor(time: clock.time) { fixture async throws in
            var browser = Browser(fixture: fixture)
            #expect(try await browser.send("GET", "/v1/view").status == 401)
            let token = try await token(fixture)
            let answer = try await browser.enter(token)
            #expect(answer.status == 200)
            let header = try #require(answer.headers["set-cookie"])
            #expect(header.contains("HttpOnly") && header.contains("SameSite=Strict") && header.contains("Path=/"))
            #expect(!header.contains(token))
            #expect(try await browser.send("GET", "/v1/view").status == 200)
            #expect(try await browser.send("GET", "/v1/session").json().text.contains(#""read_only":false"#))
            var other = Browser(fixture: fixture)
            #expect(try await other.enter(token).status == 401)
            #expect(try await other.enter("nothing").status == 401)
            #expect(fixture.log.lines(.warning).count { $0.contains("this link was used already") } == 2)
            let late = try await self.token(fixture)
            clock.advance(61)
            #expect(try await other.enter(late).status == 401)
            #expect(other.cookie == nil)
            // The session lasts, until it is left or a week has passed.
            #expect(try await browser.send("GET", "/v1/view").status == 200)
            let second = try await entered(fixture)
            #expect(try await second.send("DELETE", "/v1/session", headers: ["X-Jobmon-Page": "1"]).status == 200)
            #expect(try await second.send("GET", "/v1/view").status == 401)
            clock.advance(8 * 86400)
            #expect(try await browser.send("GET", "/v1/view").status == 401)
        }
    }

    @Test func theSecretAloneMakesLinks() async throws {
        try await withMonitor { fixture async throws in
            let browser = try await entered(fixture)
            // A session is not the secret.
            #expect(try await browser.act("/v1/links", "{}").status == 401)
            #expect(try await browser.act("/v1/stop", "{}").status == 401)
            #expect(try await browser.act("/v1/events", #"{"events":[]}"#).status == 401)
            #expect(try await browser.act("/v1/query", #"{"sql":"SELECT 1"}"#).status == 401)
            // A program with the secret needs no session to look; a wrong secret is not mended by a session.
            #expect(try await fixture.requester.send("GET", "/v1/view").status == 200)
            #expect(try await browser.send("GET", "/v1/view", headers: ["Authorization": "Bearer wrong"]).status == 401)
            for share in ["0", "-1", "1e9", "\"8h\""] {
                let answer = try await fixture.requester.send("POST", "/v1/links", #"{"share":\#(share)}"#)
                #expect(answer.status == 422, "\(share)")
            }
        }
    }

    @Test func aSharedLinkOnlyLooksAndEnds() async throws {
        let clock = TestClock()
        try await withMonitor(time: clock.time) { fixture async throws in
            try await record(fixture)
            let token = try await token(fixture, #"{"share":28800}"#)
            for _ in 0..<3 {
                var browser = Browser(fixture: fixture)
                #expect(try await browser.enter(token).status == 200)
                #expect(try await browser.send("GET", "/v1/session").json().text.contains(#""read_only":true"#))
                _ = try await overview(browser)
                let body = #"{"action":"retry","filter":"status=failed","expect":2}"#
                let refused = try await browser.act("/v1/view/act", body)
                #expect(try refused.status == 403 && refused.code() == "forbidden")
                let group = try await browser.act("/v1/view/group", #"{"group":"E1","action":"mute"}"#)
                #expect(group.status == 403)
            }
            #expect(fixture.log.lines(.warning).contains { $0.contains("refused") })
            #expect(try await fixture.ledger.summary(queue: nil).jobs[.failed] == 2)
            clock.advance(28801)
            var late = Browser(fixture: fixture)
            #expect(try await late.enter(token).status == 401)
        }
    }

    @Test func aForeignPageCannotAct() async throws {
        try await withMonitor { fixture async throws in
            try await record(fixture)
            let browser = try await entered(fixture)
            let body = #"{"action":"retry","filter":"status=failed","expect":2}"#
            for headers: [String: String?] in [
                ["Origin": "http://evil.example"], ["Origin": nil], ["X-Jobmon-Page": nil],
                ["Origin": "http://127.0.0.1:1"], ["Host": "evil.example"], ["Sec-Fetch-Site": "same-site"],
                ["Sec-Fetch-Site": "cross-site"],
                ["Content-Type": "application/x-www-form-urlencoded"], ["Content-Type": "text/plain"],
            ] {
                let answer = try await browser.act("/v1/view/act", body, headers: headers)
                #expect([403, 415].contains(answer.status), "\(headers)")
            }
            #expect(try await fixture.ledger.summary(queue: nil).jobs[.failed] == 2)
            // Nor read: an image or a script of a page of another port has the cookie.
            let foreign = try await browser.send("GET", "/v1/view", headers: ["Sec-Fetch-Site": "same-site"])
            #expect(foreign.status == 403)
            #expect(fixture.log.lines(.warning).count { $0.contains("refused") } >= 5)
            #expect(
                try await browser.act("/v1/view/act", body, headers: ["Sec-Fetch-Site": "same-origin"]).status == 200)
            #expect(try await fixture.ledger.summary(queue: nil).jobs[.failed] == 0)
        }
    }

    // What a page needs to continue after its monitor: the session, and a link that is shared.
    @Test func sessionsOutliveTheMonitor() async throws {
        try await withTestDirectory { directory async throws in
            let layout = DirectoryLayout(root: directory)
            try FileManager.default.createDirectory(atPath: layout.run, withIntermediateDirectories: true)
            var cookie: String?
            var shared = ""
            try await withMonitor(layout: layout) { fixture async throws in
                cookie = try await entered(fixture).cookie
                shared = try await token(fixture, #"{"share":600}"#)
            }
            let attributes = try FileManager.default.attributesOfItem(atPath: layout.pageSessions)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            #expect(Monitor.isPageOpen(layout, now: TimeSource.system.now()))
            #expect(!Monitor.isPageOpen(layout, now: TimeSource.system.now().advanced(bySeconds: 8 * 86400)))
            try await withMonitor(layout: layout) { fixture async throws in
                let browser = Browser(fixture: fixture, cookie: cookie)
                #expect(try await browser.send("GET", "/v1/view").status == 200)
                var other = Browser(fixture: fixture)
                #expect(try await other.enter(shared).status == 200)
            }
            // A monitor that comes late does not know them: meanwhile anybody may have had the port, and the cookies.
            let late = TestClock()
            late.advance(TimeSource.system.now().seconds(since: late.now) + PageDoor.awaySeconds + 10)
            #expect(!Monitor.isPageOpen(layout, now: late.now.advanced(bySeconds: 700)))
            try await withMonitor(layout: layout, time: late.time) { fixture async throws in
                #expect(try await Browser(fixture: fixture, cookie: cookie).send("GET", "/v1/view").status == 401)
            }
            try await withMonitor(layout: layout) { fixture async throws in
                cookie = try await entered(fixture).cookie
            }
            // A file that others could have written is not trusted.
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: layout.pageSessions)
            try await withMonitor(layout: layout) { fixture async throws in
                #expect(try await Browser(fixture: fixture, cookie: cookie).send("GET", "/v1/view").status == 401)
            }
        }
    }

    // MARK: - Files

    @Test func theFilesOfThePageAreThoseOfTheRepository() async throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/CJobmonAssets/page").standardized
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path())
        #expect(names.contains("index.html") && names.contains("main.js"))
        try await withMonitor { fixture async throws in
            for name in names {
                let path = name == "index.html" ? "/" : "/page/\(name)"
                let answer = try await fixture.requester.send("GET", path, headers: ["Authorization": nil])
                #expect(answer.status == 200, "\(name): add it to assets.c")
                #expect(try answer.body == Array(Data(contentsOf: folder.appending(path: name))), "\(name)")
                let policy = answer.headers["content-security-policy"] ?? ""
                #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe"))
                #expect(answer.headers["x-content-type-options"] == "nosniff")
                let tag = try #require(answer.headers["etag"])
                let again = try await fixture.requester.send("GET", path, headers: ["If-None-Match": tag])
                #expect(again.status == 304 && again.body.isEmpty)
            }
            #expect(try await fixture.requester.send("GET", "/page/../job_monitor.sqlite").status == 404)
            #expect(try await fixture.requester.send("GET", "/page/nothing.js").status == 404)
        }
    }

    // Another program of this host can set a cookie of the same name, and everybody who has a shared link can use it.
    @Test func nobodyThrowsTheOwnerOut() async throws {
        try await withMonitor { fixture async throws in
            let owner = try await entered(fixture)
            let name = fixture.monitor.pageCookieName
            let twice = try await owner.send(
                "GET", "/v1/session", headers: ["Cookie": "\(name)=bad; \(owner.cookie ?? "")"])
            #expect(twice.status == 200)
            let shared = try await token(fixture, #"{"share":2500000}"#)
            for _ in 0..<1005 {
                let answer = try await owner.send(
                    "POST", "/v1/session", #"{"token":"\#(shared)"}"#, headers: ["Cookie": nil])
                #expect(answer.status == 200)
            }
            #expect(try await owner.send("GET", "/v1/session").status == 200)
            #expect(try await owner.send("DELETE", "/v1/session").status == 403)
        }
    }

    // MARK: - Answers

    /// Four jobs: one complete, two failed with one cause, one running.
    private func record(_ fixture: MonitorFixture) async throws {
        var events: [Event] = []
        for index in 1...4 {
            let description = JobDescription(
                name: "fit.R", runfile: "/bin/true", args: ["--password", "hunter2hunter2"],
                params: ["year": .int(Int64(1990 + index))], env: ["API_TOKEN": "abcdef123456", "HOME": "/home/me"],
                resources: ["memory": .int(1 << 30)])
            events.append(
                Event(
                    fact: .submitted(
                        .key("a\(index)"),
                        Submission(
                            job: .key(queue: "fit", key: "k\(index)"), description: description, executor: "local"))))
            events.append(Event(fact: .running(.key("a\(index)"), Start(host: "n\(index)"))))
        }
        events += [Facts.complete("a1"), Facts.failed("a2"), Facts.failed("a3")]
        _ = try await fixture.monitor.connection.record(events)
    }

    @Test func theFirstScreenHasTheNumbersOfTheLedger() async throws {
        try await withMonitor { fixture async throws in
            try await record(fixture)
            let browser = try await entered(fixture)
            let all = try await overview(browser)
            #expect(all["total"] == 4 && all["selected"] == 4 && all["errors"] == 2)
            #expect(all["jobs"]?.text.contains(#""failed":2"#) ?? false)
            guard case .array(let groups)? = all["groups"], case .object(let group)? = groups.first else {
                Issue.record("no groups")
                return
            }
            #expect(group["group"] == "E1" && group["jobs"] == 2 && group["errors"] == 2)
            let failed = try await overview(browser, "?status=failed&param=year%3D1992")
            #expect(failed["selected"] == 1 && failed["total"] == 4)
            for (path, count) in [("?status=failed", 2), ("?error=E1", 2), ("?host=n4", 1), ("?name=fit*", 4)] {
                let rows = try await browser.json("/v1/view/rows\(path)")
                #expect(rows.text.contains(#""count":\#(count),"#), "\(path)")
            }
            for path in [
                "/v1/view?colour=red", "/v1/view?status=broken", "/v1/view/rows?sort=x", "/v1/view/mosaic?order=x",
            ] {
                #expect(try await browser.send("GET", path).status == 422, "\(path)")
            }
        }
    }

    @Test func secretsAreMasked() async throws {
        try await withMonitor { fixture async throws in
            try await record(fixture)
            let browser = try await entered(fixture)
            let odd = JobDescription(
                name: "odd", runfile: "/bin/true", params: ["API_TOKEN": "Zq8vK2mNp4Rt", "year": "1991"],
                resources: ["queue_options": "--export=API_TOKEN=Zq8vK2mNp4Rt"])
            _ = try await fixture.monitor.connection.record([
                Event(fact: .submitted(.key("odd"), Submission(description: odd, executor: "test")))
            ])
            _ = try await overview(browser)
            let seen = try await waitFor("the job") {
                let rows = try await browser.json("/v1/view/rows?name=odd").text
                return rows.contains(#""count":1"#) ? rows : nil
            }
            for text in [
                seen, try await browser.json("/v1/view/job?jid=5").text,
                String(
                    decoding: try await browser.send("GET", "/v1/view/mosaic?order=param:API_TOKEN").body, as: UTF8.self
                ),
                String(
                    decoding: try await browser.send("GET", "/v1/view/mosaic?order=param:year,param:API_TOKEN").body,
                    as: UTF8.self),
            ] { #expect(!text.contains("Zq8vK2mNp4Rt") && text.contains("[masked]")) }
            #expect(try await browser.send("GET", "/v1/view?param=API_TOKEN%3DZq8vK2mNp4Rt").status == 422)
            let text = try await browser.json("/v1/view/job?jid=2").text
            #expect(!text.contains("hunter2hunter2") && !text.contains("abcdef123456") && text.contains("/home/me"))
            #expect(text.contains("[masked]"))
        }
    }

    @Test func aChangeReachesThePageWithoutAGap() async throws {
        try await withMonitor { fixture async throws in
            try await record(fixture)
            let browser = try await entered(fixture)
            let first = try await overview(browser)
            let whole = try await browser.send("GET", "/v1/view/mosaic")
            let header = try Self.mosaic(whole.body)
            #expect(header.object["cells"] == 4 && header.rest.count == 4)
            #expect(header.rest.map { $0 >= 128 } == [false, true, true, false])
            guard case .int(let version)? = header.object["version"] else {
                Issue.record("no version")
                return
            }
            #expect(first["version"] == .int(version))
            let same = try Self.mosaic(try await browser.send("GET", "/v1/view/mosaic?known=\(version)").body)
            #expect(same.object["patch"] == .bool(true) && same.rest.isEmpty)
            _ = try await fixture.monitor.connection.record([Facts.failed("a4")])
            let patch = try await waitFor("the change") {
                let answer = try Self.mosaic(try await browser.send("GET", "/v1/view/mosaic?known=\(version)").body)
                return answer.rest.isEmpty ? nil : answer
            }
            #expect(patch.object["patch"] == .bool(true) && patch.rest == [3, 0, 0, 0, 128])
        }
    }

    /// The header and the body of cells.
    private static func mosaic(_ bytes: [UInt8]) throws -> (object: JSONObject, rest: [UInt8]) {
        let length = bytes.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        guard case .object(let object) = try JSON(parsing: Array(bytes[4..<4 + length])) else { return ([:], []) }
        return (object, Array(bytes[(4 + length)...]))
    }

    @Test func theNumberIsStatedAndHeld() async throws {
        try await withMonitor { fixture async throws in
            try await record(fixture)
            let browser = try await entered(fixture)
            _ = try await overview(browser)
            let count = try await browser.json("/v1/view/count?error=E1&memory=1.5x")
            #expect(count.text.contains(#""retry":2"#) && count.text.contains("--error E1 --memory 1.5x"))
            // One more job fails before the user confirms.
            _ = try await fixture.monitor.connection.record([Facts.failed("a4")])
            let body = #"{"action":"retry","filter":"error=E1","expect":2,"memory":"1.5x"}"#
            let refused = try await browser.act("/v1/view/act", body)
            #expect(try refused.status == 409 && refused.code() == "contradiction")
            let done = try await browser.act("/v1/view/act", body.replacing(#""expect":2"#, with: #""expect":3"#))
            #expect(try done.status == 200 && done.json().text.contains(#""done":3"#))
            let memory = try await fixture.ledger.job(2).description.resources["memory"]
            #expect(memory == .int(3 << 29))
            for body in [
                "{}", #"{"action":"retry","filter":"","expect":1}"#, #"{"action":"stop","filter":"jid=1","expect":1}"#,
                #"{"action":"retry","filter":"status=x","expect":1}"#,
                #"{"action":"cancel","filter":"jid=4","expect":1,"memory":"2x"}"#,
                #"{"action":"retry","filter":"jid=2","expect":1,"memory":"lots"}"#,
            ] {
                #expect(try await browser.act("/v1/view/act", body).status == 422, "\(body)")
            }
        }
    }

    @Test func groupsAreMutedAndNoted() async throws {
        try await withMonitor { fixture async throws in
            try await record(fixture)
            let browser = try await entered(fixture)
            for body in [
                #"{"group":"E1","action":"note","text":"ask <b>Ann</b>"}"#, #"{"group":"E1","action":"mute"}"#,
            ] { #expect(try await browser.act("/v1/view/group", body).status == 200) }
            let object = try await overview(browser)
            #expect(object["groups"]?.text.contains(#""note":"ask <b>Ann</b>""#) ?? false)
            #expect(object["groups"]?.text.contains(#""muted":""#) ?? false)
            #expect(try await browser.act("/v1/view/group", #"{"group":"E99","action":"mute"}"#).status == 404)
            #expect(try await browser.act("/v1/view/group", #"{"group":"x","action":"mute"}"#).status == 422)
        }
    }

    @Test func eachPartIsAnswered() async throws {
        try await withMonitor { fixture async throws in
            try await record(fixture)
            let browser = try await entered(fixture)
            _ = try await overview(browser)
            let hosts = try await browser.json("/v1/view/hosts").text
            #expect(hosts.contains(#""host":"n2","jobs":1,"running":0,"complete":0,"failed":1"#))
            #expect(try await browser.json("/v1/view/timeline?buckets=10").text.contains(#""host":"n4""#))
            #expect(try await browser.json("/v1/view/resources").text.contains(#""memory_requested":1073741824"#))
            #expect(try await browser.json("/v1/view/params").text == #"{"params":[{"name":"year","values":4}]}"#)
            #expect(try await browser.json("/v1/view/cell?at=1").text.contains(#""jid":2"#))
            #expect(try await browser.json("/v1/view/cell?order=param:year&at=3").text.contains(#""jid":4"#))
            #expect(try await browser.json("/v1/view/brush?from=1&to=2").text.contains(#""filter":"numbers=2-3""#))
            #expect(try await browser.send("GET", "/v1/view/cell?at=4").status == 404)
            #expect(try await browser.send("GET", "/v1/view/job?jid=9").status == 404)
            #expect(try await browser.send("GET", "/v1/view/output?jid=4&attempt=1").status == 404)
            #expect(try await browser.send("GET", "/v1/view/output?jid=4&attempt=2").status == 404)
            // Nothing was written.
            #expect(try await browser.json("/v1/view/output?jid=2&attempt=1&after=0").text.contains(#""size":0"#))
        }
    }

    // Reports and addresses may hold any number.
    @Test func absurdNumbersEndNothing() async throws {
        try await withMonitor { fixture async throws in
            try await record(fixture)
            var events: [Event] = []
            let amounts: [(Double, Int64)] = [
                (1e300, .max), (-5, -7), (.greatestFiniteMagnitude, 0), (0, 1), (1e18, 1 << 62),
            ]
            let moments = [Timestamp(milliseconds: 253_402_300_799_999), Timestamp(milliseconds: -62_167_219_200_000)]
            for (index, amount) in amounts.enumerated() {
                let key = InstanceReference.key("odd\(index)")
                let time = moments[index % 2]
                events.append(
                    Event(
                        time: time,
                        fact: .submitted(
                            key, Submission(description: JobDescription(name: "odd", runfile: "x"), executor: "test"))))
                events.append(Event(time: moments[(index + 1) % 2], fact: .running(key, Start(host: "n1"))))
                let usage = Usage(wallclock: amount.0, cpu: amount.0, maxrss: amount.1)
                events.append(
                    Event(
                        time: time,
                        fact: .outcome(key, Outcome(evidence: Evidence(exitCode: index % 2), usage: usage))))
            }
            _ = try await fixture.monitor.connection.record(events)
            let browser = try await entered(fixture)
            _ = try await overview(browser)
            for part in ["", "/hosts", "/timeline", "/resources", "/rows?sort=-time", "/rows?sort=end", "/metrics"] {
                let path = part == "/metrics" ? part : "/v1/view\(part)"
                let answer = try await fixture.requester.send(
                    "GET", path, headers: ["Cookie": browser.cookie, "Sec-Fetch-Site": nil])
                #expect(answer.status == 200, "\(path)")
            }
            for order in ["number", "end", "host", "param:year", "param:year,param:none"] {
                for colour in ["status", "cause", "group", "time", "memory", "attempts"] {
                    #expect(
                        try await browser.send("GET", "/v1/view/mosaic?order=\(order)&colour=\(colour)").status == 200)
                }
            }
            let most = Int64.max
            for path in [
                "timeline?from=\(most)", "timeline?to=\(most)", "timeline?from=\(most - 1)&to=\(most)",
                "timeline?buckets=0",
                "timeline?buckets=\(most)", "cell?at=\(most)", "brush?from=\(most)&to=\(most)", "brush?from=2&to=1",
                "rows?limit=\(most)", "rows?after=zzzzzzzzzzzzzzzzzzzzzz.1", "rows?after=1", "mosaic?known=-1",
                "output?jid=2&attempt=\(most)", "job?jid=\(most)", "view?error=E\(most)",
            ] {
                let answer = try await browser.send("GET", "/v1/view/\(path)")
                #expect((400..<500).contains(answer.status), "\(path): \(answer.status)")
            }
            #expect(try await browser.send("GET", "/v1/view/mosaic?known=\(most)").status == 200)
            #expect(try await browser.send("GET", "/v1/view/timeline?from=0&to=1&buckets=4000").status == 200)
            #expect(try await browser.send("GET", "/v1/view").status == 200)
        }
    }
}
