package import JobmonCore
import JobmonLedger
import JobmonMonitor
import JobmonReporting
import JobmonRequests
package import JobmonWire

/// A monitor's directory as a command reads it: through its monitor where one answers, else straight from the file.
package struct DirectoryAccess: Sendable {
    package let layout: DirectoryLayout
    package let reading: any LedgerReading
    /// Facts in the spool that the ledger does not have yet; 0 with a monitor, which takes them in by itself.
    package let spooled: Int
    package let hasMonitor: Bool
    /// What somebody should know about how this reads, such as that the monitor does not answer; nil mostly.
    package let remark: String?

    private let remote: RemoteConnection?

    /// How long a monitor that says it is there may take to answer before the file is read instead, in seconds.
    private static let patience = 3.0

    /// Opens a directory for reading. Nothing is made or changed.
    /// - Throws: `.unavailable` when it is no directory of a monitor, or its ledger can't be read: which, and what to do.
    package static func open(_ layout: DirectoryLayout) async throws(Problem) -> DirectoryAccess {
        guard layout.isDirectoryOfMonitor else {
            throw Problem(
                .unavailable, "\(layout.root) is not a directory of jobmon: there is no ledger in it",
                hint: "name the directory with -d or JOBMON_DIR; `jobmon monitor DIR` and `jobmon run` create one")
        }
        if let refusal = DirectoryRights.refusal(layout.root) { throw refusal }
        var remark: String?
        if let info = MonitorInfo.read(layout) {
            let remote = RemoteConnection(layout: layout, patience: Self.patience)
            if await remote.isAlive(within: Self.patience) {
                return DirectoryAccess(
                    layout: layout, reading: remote, spooled: 0, hasMonitor: true, remark: nil, remote: remote)
            }
            if FileLock.isHeld(layout.monitorLock) == true {
                remark = "the monitor, process \(info.pid) on \(info.host), does not answer; reading the file itself"
            }
        }
        await bringUpToDate(layout)
        let reading = try SQLiteLedger.reader(path: layout.ledger)
        return DirectoryAccess(
            layout: layout, reading: reading, spooled: SpoolReader(layout: layout).count(), hasMonitor: false,
            remark: remark, remote: nil)
    }

    /// Brings the ledger of an earlier version up to date, under the directory's lock. What hinders that is said when the
    /// ledger is read.
    private static func bringUpToDate(_ layout: DirectoryLayout) async {
        guard SQLiteLedger.isOfEarlierVersion(layout.ledger) else { return }
        do throws(Problem) {
            guard let lock = try MonitorLock.take(layout) else { return }
            defer { withExtendedLifetime(lock) {} }
            try await SQLiteLedger.open(.file(path: layout.ledger), time: .system).close()
        } catch {}
    }

    /// Writes `job_report.csv` and `job_status_report.csv` into a directory (made where it is missing).
    /// - Returns: where they are, and how many rows each has.
    /// - Throws: `.unavailable` when the ledger can't be read or a report can't be written; one that was there before is
    ///   as it was then.
    package func writeReports(into directory: String) async throws(Problem) -> [WrittenReport] {
        try await Self.writeReports(
            of: layout, reading: reading,
            fromFile: !hasMonitor || SQLiteLedger.isReadBesideItsMonitor(layout.ledger), into: directory)
    }

    /// - Parameter fromFile: the ledger's file is there; it is read straight where its file system allows that beside the
    ///   monitor, which else is asked page by page.
    static func writeReports(
        of layout: DirectoryLayout, reading: some LedgerReading, fromFile: Bool, into directory: String
    ) async throws(Problem) -> [WrittenReport] {
        try DirectoryLayout.makeFolder(directory)
        guard fromFile else { return try await LedgerReport.writeAll(from: reading, into: directory) }
        return try await SQLiteLedger.writeReports(ledger: layout.ledger, into: directory)
    }

    /// Records what a person wants of jobs, through the monitor, or, where there is none, under the directory's lock, which
    /// is taken for that moment. The spool is taken in first, so that it is judged by all facts. All of it is one request
    /// and one transaction.
    /// - Throws: `.unavailable` when a monitor has the lock and does not answer, or the ledger can't be written;
    ///   `.contradiction` when it is refused as a whole. Nothing was done then.
    package func act(_ action: ActionRequest) async throws(Problem) -> ActionAnswer {
        if let remote { return try await remote.act(action) }
        guard let lock = try MonitorLock.take(layout) else { throw MonitorLock.refusal(layout) }
        defer { withExtendedLifetime(lock) {} }
        let ledger = try SQLiteLedger.open(.file(path: layout.ledger), time: .system)
        do throws(Problem) {
            for batch in SpoolReader(layout: layout).batches() {
                _ = try await ledger.record(batch.events)
                batch.acknowledge()
            }
            if let refusal = try await ActionGuard(layout: layout).refusal(action, reading: ledger) { throw refusal }
            let events = action.events(at: TimeSource.system.now())
            let results = try await ledger.record(events).results
            try await ledger.close()
            return ActionAnswer(results, of: events)
        } catch {
            // What failed first is what is said; that the file could not be closed as well follows from it.
            do { try await ledger.close() } catch {}
            throw error
        }
    }
}
