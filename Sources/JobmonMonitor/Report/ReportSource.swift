package import JobmonCore
import JobmonReporting

/// What a report is of, as its head says.
package struct ReportSource: Sendable {
    /// The directory of the ledger.
    var directory: String
    /// The host on which the report is made.
    var host: String
    /// The version of jobmon that makes it.
    var version: String

    package init(_ layout: DirectoryLayout) {
        self.init(directory: layout.root, host: HostIdentity.host, version: JobmonVersion.current)
    }

    init(directory: String, host: String, version: String) {
        self.directory = directory
        self.host = host
        self.version = version
    }

    /// The option by which commands name the directory.
    var again: String { " -d \(ShellWord.quoted(directory))" }
}
