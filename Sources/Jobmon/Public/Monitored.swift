import Glibc
import JobmonCore
import JobmonReporting

/// Runs a piece of this program as a job: the monitor records its start, its heartbeats and its end. Nothing else
/// changes: without a monitor, or with one that hangs, it runs all the same, and its facts are spooled.
///
///     try await monitored(name: "fit", params: ["year": "1995"], directory: "run") { try await fit(1995) }
///
/// The job is COMPLETE if `body` returns, CANCELLED if it throws a `CancellationError`, and FAILED with the error's
/// description if it throws another error. If the program is killed, the monitor notices the silence: UNKNOWN after 10
/// minutes.
///
/// - Parameters:
///   - name: the job's name for people.
///   - params: named values for filters. In a process of a parallel program (MPI, a Slurm step), `rank` is added.
///   - directory: the monitor's directory; nil: `$JOBMON_DIR`. If that is not set either, nothing is recorded.
///   - isolation: the actor on which `body` runs; the default is that of the caller.
///   - body: the piece.
/// - Returns: the result of `body`.
/// - Throws: any error of `body`, and no others.
public func monitored<Value>(
    name: String, params: [String: String] = [:], directory: String? = nil,
    isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
) async rethrows -> Value {
    guard let layout = ProgramPiece.layout(directory) else { return try await body() }
    let piece = ProgramPiece(layout: layout, name: name, params: params)
    return try await piece.run(body)
}

extension CentralJobMonitor {
    /// Runs a piece of this program as a job on this monitor.
    /// - Parameters:
    ///   - name: the job's name for people.
    ///   - params: named values for filters.
    ///   - isolation: the actor on which `body` runs; the default is that of the caller.
    ///   - body: the piece.
    /// - Returns: the result of `body`.
    /// - Throws: any error of `body`, and no others.
    public func monitored<Value>(
        name: String, params: [String: String] = [:], isolation: isolated (any Actor)? = #isolation,
        _ body: () async throws -> Value
    ) async rethrows -> Value {
        try await ProgramPiece(layout: layout, name: name, params: params).run(body)
    }
}
