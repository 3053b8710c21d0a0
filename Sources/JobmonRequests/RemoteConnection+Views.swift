package import JobmonCore
package import JobmonWire

/// What the page asks, asked by a program that knows the monitor's secret.
extension RemoteConnection: ViewReading {
    package func view(_ endpoint: PageEndpoint, _ query: QueryString) async throws(Problem) -> [UInt8] {
        try await known(endpoint, query.text, body: nil)
    }

    /// Asks the monitor to do what a person asks for on the page.
    /// - Returns: its answer.
    /// - Throws: `.contradiction` if the jobs are others by now: nothing was done.
    package func change(_ endpoint: PageEndpoint, _ body: JSON) async throws(Problem) -> JSON {
        let answer = try await known(endpoint, "", body: body.bytes)
        do throws(JSONSyntaxError) { return try JSON(parsing: answer) } catch { throw Problem(error) }
    }

    private func known(_ endpoint: PageEndpoint, _ query: String, body: [UInt8]?) async throws(Problem) -> [UInt8] {
        do throws(Problem) {
            return try await call(endpoint.method, path: endpoint.path + query, body: body)
        } catch {
            // A monitor without these answers asks for a session, or knows no such path.
            let isUnknown = error.code == .notFound && error.message.contains(endpoint.path)
            guard isUnknown || error.code == .unauthorized else { throw error }
            // Unless another monitor has come, with another secret: then its file is read now.
            if !isUnknown, await isAlive(within: 3) {
                do throws(Problem) {
                    return try await call(endpoint.method, path: endpoint.path + query, body: body)
                } catch {
                    guard error.code == .unauthorized else { throw error }
                }
            }
            throw Problem(
                .contradiction, "the monitor of \(layout.root) is of an earlier version, which cannot answer this",
                hint: "stop it with jobmon stop, and start it again")
        }
    }
}
