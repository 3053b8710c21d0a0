import Glibc
import JobmonCore
import JobmonReporting

/// Runs a piece of this program as a job of its own: the monitor knows when it began, that it is alive, and how it
/// ended. Nothing else about it changes: with the monitor away, hung or missing it runs all the same, and what it said is
/// spooled.
///
///     try await monitored(name: "fit", params: ["year": "1995"], directory: "run") { try await fit(1995) }
///
/// It is COMPLETE when `body` returns; FAILED, with the error's description, when it throws; CANCELLED when it throws a
/// `CancellationError`. When the program is killed, its monitor learns that from the silence: UNKNOWN after 10 minutes.
///
/// - Parameters:
///   - name: what people know it by.
///   - params: named values to filter by. In a process of a parallel program (MPI, a step of Slurm) `rank` is one of them.
///   - directory: the monitor's directory; nil: `$JOBMON_DIR`, and without that nothing is recorded.
///   - isolation: where `body` runs: where the caller does.
///   - body: the piece.
/// - Returns: what `body` returns.
/// - Throws: what `body` throws, and nothing of its own.
public func monitored<Value>(
    name: String, params: [String: String] = [:], directory: String? = nil,
    isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
) async rethrows -> Value {
    guard let layout = ProgramPiece.layout(directory) else { return try await body() }
    let piece = ProgramPiece(layout: layout, name: name, params: params)
    return try await piece.run(body)
}

extension CentralJobMonitor {
    /// Runs a piece of this program as a job of its own on this monitor.
    /// - Parameters:
    ///   - name: what people know it by.
    ///   - params: named values to filter by.
    ///   - isolation: where `body` runs: where the caller does.
    ///   - body: the piece.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws, and nothing of its own.
    public func monitored<Value>(
        name: String, params: [String: String] = [:], isolation: isolated (any Actor)? = #isolation,
        _ body: () async throws -> Value
    ) async rethrows -> Value {
        try await ProgramPiece(layout: layout, name: name, params: params).run(body)
    }
}
