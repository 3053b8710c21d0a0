package import JobmonCore
import JobmonLedger
import JobmonMonitor
import JobmonReporting
import JobmonRequests
package import JobmonWire

/// Access to a monitor's directory for commands: through its monitor if one answers, else directly to the file.
package struct DirectoryAccess: Sendable {
    package let layout: DirectoryLayout
    package let reading: any LedgerReading
    /// The number of spooled facts that the ledger does not have yet; 0 with a monitor, which takes them in by itself.
    package let spooled: Int
    package let hasMonitor: Bool
    /// A remark for the user about how the data is read, such as that the monitor does not answer; usually nil.
    package let remark: String?

    private let remote: RemoteConnection?
    /// The ledger's file; nil: there is a monitor.
    let file: (any SnapshotReading)?

    /// Seconds that a monitor may take to answer before the file is read instead.
    private static let patience = 3.0

    /// Opens a directory for reading. An old ledger is upgraded; nothing else is created or changed.
    /// - Parameter wait: seconds that another process may take to make the ledger, or to bring it up to date.
    /// - Throws: `.unavailable` if it is not a monitor's directory, or if its ledger cannot be read.
    package static func open(
        _ layout: DirectoryLayout, wait: Double = 10
    ) async throws(Problem) -> DirectoryAccess {
        guard layout.isDirectoryOfMonitor else {
            throw Problem(
                .unavailable, "\(layout.root) is not a directory of jobmon: there is no ledger in it",
                hint: "name the directory with -d or JOBMON_DIR; `jobmon monitor DIR` and `jobmon run` create one")
        }
        if let refusal = DirectoryRights.refusal(layout.root) { throw refusal }
        let deadline = TimeSource.system.steadySeconds() + wait
        while true {
            if let access = try await opened(layout) { return access }
            guard TimeSource.system.steadySeconds() < deadline else {
                throw Problem(
                    .unavailable,
                    "the ledger \(layout.ledger) is just being made, or brought up to date, by "
                        + MonitorLock.holderWords(layout), hint: "try again in a while")
            }
            do { try await Task.sleep(for: .milliseconds(20)) } catch {
                throw Problem(.unavailable, "interrupted while waiting for the monitor")
            }
        }
    }

    /// - Returns: nil while another process makes the ledger or brings it up to date.
    private static func opened(_ layout: DirectoryLayout) async throws(Problem) -> DirectoryAccess? {
        var remark: String?
        if let info = MonitorInfo.read(layout) {
            let remote = RemoteConnection(layout: layout, patience: Self.patience)
            if await remote.isAlive(within: Self.patience) {
                return DirectoryAccess(
                    layout: layout, reading: remote, spooled: 0, hasMonitor: true, remark: nil, remote: remote,
                    file: nil)
            }
            if FileLock.isHeld(layout.monitorLock) == true {
                remark = "the monitor, process \(info.pid) on \(info.host), does not answer; reading the file itself"
            }
        }
        guard await bringUpToDate(layout) else { return nil }
        let reading = try SQLiteLedger.reader(path: layout.ledger)
        return DirectoryAccess(
            layout: layout, reading: reading, spooled: SpoolReader(layout: layout).count(), hasMonitor: false,
            remark: remark, remote: nil, file: reading)
    }

    /// Upgrades the ledger of an earlier version, under the directory's lock. If that fails, reading the ledger reports
    /// why.
    /// - Returns: false if another process has the lock, which then does it.
    private static func bringUpToDate(_ layout: DirectoryLayout) async -> Bool {
        guard SQLiteLedger.completeness(of: layout.ledger) != .complete else { return true }
        do throws(Problem) {
            guard let lock = try MonitorLock.take(layout) else {
                return SQLiteLedger.completeness(of: layout.ledger) == .complete
            }
            defer { withExtendedLifetime(lock) {} }
            guard SQLiteLedger.completeness(of: layout.ledger) == .behind else { return true }
            let ledger = try SQLiteLedger.open(.file(path: layout.ledger), time: .system)
            do throws(Problem) {
                while try await ledger.groupErrors(limit: 5000) == 5000 {}
            } catch {}
            try await ledger.close()
        } catch {}
        return true
    }

    /// Writes `job_report.csv` and `job_status_report.csv` into a directory, which is created if it is missing.
    /// - Returns: the path and the number of rows of each.
    /// - Throws: `.unavailable` if the ledger cannot be read or a report cannot be written. An earlier report is
    ///   unchanged.
    package func writeReports(into directory: String) async throws(Problem) -> [WrittenReport] {
        try await Self.writeReports(
            of: layout, reading: reading,
            fromFile: !hasMonitor || SQLiteLedger.isReadBesideItsMonitor(layout.ledger), into: directory)
    }

    /// - Parameter fromFile: read the ledger's file directly; else ask the monitor page by page. The file can be used
    ///   if there is no monitor, or if its file system allows reading it beside the monitor.
    static func writeReports(
        of layout: DirectoryLayout, reading: some LedgerReading, fromFile: Bool, into directory: String
    ) async throws(Problem) -> [WrittenReport] {
        try DirectoryLayout.makeFolder(directory)
        guard fromFile else { return try await LedgerReport.writeAll(from: reading, into: directory) }
        return try await SQLiteLedger.writeReports(ledger: layout.ledger, into: directory)
    }

    /// Records a user's action on jobs: through the monitor, or, if there is none, under the directory's lock, which is
    /// held meanwhile. The spool is taken in first, so that all facts count. The action is one request and one
    /// transaction.
    /// - Throws: `.unavailable` if a monitor has the lock and does not answer, or if the ledger cannot be written;
    ///   `.contradiction` if the action is refused as a whole. In both cases nothing was done.
    package func act(_ action: ActionRequest) async throws(Problem) -> ActionAnswer {
        if let remote { return try await remote.act(action) }
        return try await writing { (ledger) async throws(Problem) -> ActionAnswer in
            if let refusal = try await ActionGuard(layout: layout).refusal(action, reading: ledger) { throw refusal }
            let events = action.events(at: TimeSource.system.now())
            return ActionAnswer(try await ledger.record(events).results, of: events)
        }
    }

    /// Records a user's requests that are not about jobs, in the same way. Each has a result, in order.
    /// - Throws: `.unavailable` if a monitor has the lock and does not answer, or if the ledger cannot be written.
    package func record(_ facts: [Fact]) async throws(Problem) -> [EventResult] {
        let events = facts.map { Event(fact: $0) }
        if let remote { return try await remote.record(events) }
        return try await writing { (ledger) async throws(Problem) in try await ledger.record(events).results }
    }

    /// Opens the ledger for writing while `body` runs, under the directory's lock, once the spool is taken in.
    func writing<Answer: Sendable>(
        _ body: (SQLiteLedger) async throws(Problem) -> Answer
    ) async throws(Problem) -> Answer {
        guard let lock = try MonitorLock.take(layout) else { throw MonitorLock.refusal(layout) }
        defer { withExtendedLifetime(lock) {} }
        let ledger = try SQLiteLedger.open(.file(path: layout.ledger), time: .system)
        do throws(Problem) {
            for batch in SpoolReader(layout: layout).batches() {
                _ = try await ledger.record(batch.events)
                batch.acknowledge()
            }
            let answer = try await body(ledger)
            try await ledger.close()
            return answer
        } catch {
            // The first error is reported. That the file could not be closed either follows from it.
            do { try await ledger.close() } catch {}
            throw error
        }
    }
}
