import Glibc
import JobmonCore
import JobmonLedger
import JobmonReporting
import JobmonRequests
import JobmonSystem

/// Looks at the directory that jobs would use. It creates nothing.
struct DirectoryExamination: Sendable {
    let layout: DirectoryLayout

    /// The folder in which the doctor's own jobs have their directory: as the user's jobs would.
    var trialFolder: String { exists ? layout.root : Self.nearest(layout.root) }

    private var exists: Bool { access(layout.root, F_OK) == 0 }

    var diagnoses: [Diagnosis] { [place] + (place.verdict == .wrong ? [] : [space].compactMap(\.self)) }

    private var place: Diagnosis {
        if access("\(layout.root)/.", F_OK) != 0, errno == ENOTDIR {
            return Diagnosis(
                "directory", .wrong, "\(layout.root) is not a directory", advice: "name another directory with -d")
        }
        guard exists else {
            let parent = Self.nearest(layout.root)
            guard access(parent, W_OK | X_OK) == 0 else {
                return Diagnosis(
                    "directory", .wrong, "\(layout.root) does not exist, and \(parent) is not yours to write to",
                    advice: "name another directory with -d or JOBMON_DIR")
            }
            return Diagnosis("directory", .ok, "\(layout.root) does not exist yet; jobmon run creates it")
        }
        if let refusal = DirectoryRights.refusal(layout.root) {
            return Diagnosis("directory", .wrong, refusal.message, advice: refusal.hint)
        }
        guard access(layout.root, W_OK | X_OK) == 0 else {
            return Diagnosis(
                "directory", .wrong, "\(layout.root) can't be written to: \(SystemError.text())",
                advice: "name a directory that you can write to with -d")
        }
        if DirectoryRights.isOpenToGroup(layout.root) {
            return Diagnosis(
                "directory", .remark, "\(layout.root): its group can write to it, and so run commands as you",
                advice: "chmod g-w \(ShellWord.quoted(layout.root))")
        }
        return Diagnosis("directory", .ok, layout.root)
    }

    /// Bytes that should be free: a ledger of some 100,000 jobs, and their output.
    private static let spare: Int64 = 1 << 30

    private var space: Diagnosis? {
        var facts = statvfs()
        let folder = exists ? layout.root : Self.nearest(layout.root)
        guard statvfs(folder, &facts) == 0 else { return nil }
        let (product, isHuge) = UInt64(facts.f_bavail).multipliedReportingOverflow(by: UInt64(facts.f_frsize))
        let free = isHuge ? .max : Int64(clamping: product)
        let kind = SharedFileSystem.has("\(folder)/.") ? "a network file system" : "a local file system"
        let text = "\(kind), \(Units.bytes(free)) free"
        guard free < Self.spare else { return Diagnosis("disk", .ok, text) }
        return Diagnosis(
            "disk", .remark, text,
            advice: "100,000 jobs take about 100 MiB in the ledger, and what they print; name another disk with -d")
    }

    /// The monitor that serves the directory, and the ledger; empty where there is neither.
    func contents() async -> [Diagnosis] { [await monitor(), await ledger()].compactMap(\.self) }

    private func monitor() async -> Diagnosis? {
        guard let info = MonitorInfo.read(layout) else { return nil }
        let who = "process \(info.pid) on \(info.host), at \(info.address):\(info.port)"
        if await RemoteConnection(layout: layout, patience: Self.patience).isAlive(within: Self.patience) {
            return Diagnosis("monitor", .ok, "\(who), answers")
        }
        guard FileLock.isHeld(layout.monitorLock) == false else {
            return Diagnosis(
                "monitor", .wrong, "\(who), does not answer",
                advice: "if it stays so, end that process; jobs go on, and report to the next monitor")
        }
        return Diagnosis("monitor", .remark, "\(who), has ended without saying so; the next one takes its place")
    }

    /// Seconds that a monitor may take to answer.
    private static let patience = 3.0

    private func ledger() async -> Diagnosis? {
        guard access(layout.ledger, F_OK) == 0 else { return nil }
        switch SQLiteLedger.completeness(of: layout.ledger) {
        case .empty: return nil
        case .behind:
            return Diagnosis(
                "ledger", .remark, "it is of an earlier version; the next command that opens it brings it up to date")
        case .complete:
            do throws(Problem) {
                let summary = try await SQLiteLedger.reader(path: layout.ledger).summary(queue: nil)
                return Diagnosis("ledger", .ok, Units.count(summary.jobs.values.reduce(0, +), "job"))
            } catch {
                return Diagnosis("ledger", .wrong, error.message, advice: error.hint)
            }
        }
    }

    /// The nearest folder above a path that exists.
    private static func nearest(_ path: String) -> String {
        var folder = path
        while access(folder, F_OK) != 0, let slash = folder.lastIndex(of: "/") {
            folder = slash == folder.startIndex ? "/" : String(folder[..<slash])
            if folder == "/" { break }
        }
        return folder
    }
}
