import Foundation

/// A condition that did not become true in time.
package struct WaitTimeout: Error, CustomStringConvertible {
    package let description: String
}

/// Waits until `condition` holds, checking every 10 ms. Tests use this instead of sleeping for a guessed time.
/// - Throws: `WaitTimeout` with `what` if it does not hold within `seconds`, and any error of `condition`.
package func waitUntil(
    _ what: String, within seconds: Double = 120, _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while try await !condition() {
        guard ContinuousClock.now < deadline else {
            throw WaitTimeout(description: "waited \(seconds) s in vain: \(what)")
        }
        try await Task.sleep(for: .milliseconds(10))
    }
}

/// Waits until `look` returns a value, and returns that.
package func waitFor<Found>(
    _ what: String, within seconds: Double = 120, _ look: () async throws -> Found?
) async throws -> Found {
    var found: Found?
    try await waitUntil(what, within: seconds) {
        found = try await look()
        return found != nil
    }
    guard let found else { throw WaitTimeout(description: what) }
    return found
}
