package import ArgumentParser
import Jobmon
import JobmonCore

/// `jobmon vacuum`: makes the file of a ledger smaller.
package struct VacuumCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "vacuum",
        abstract: "Make the ledger's file smaller.",
        discussion: """
            For ledgers of earlier versions: stores their events as this version does, without their text where the \
            tables have all that it says, and gives the free space back to the disk. An event keeps its text if it \
            cannot be put together again to the byte. Nothing that jobmon shows changes; in the table event, body is \
            null for such events. A ledger that this version made is small already.

            No monitor and no `jobmon run` may use the directory meanwhile. While it runs, it needs as much free disk \
            space as the ledger takes, and as much again in the folder for temporary files: $SQLITE_TMPDIR, $TMPDIR, or \
            /var/tmp.

              jobmon vacuum
              jobmon vacuum -d DIR
            """)

    @OptionGroup package var directory: DirectoryOption

    package init() {}

    package func run() async throws {
        try await directory.open { access in
            let result = try await access.vacuum()
            let output = Output()
            try output.write(
                "\(Units.bytes(result.before)) before, \(Units.bytes(result.after)) now; "
                    + "\(Units.count(result.events, "event")) stored without text\n")
            if !result.isDone {
                try output.write("the file gets smaller when those who read it now have ended\n")
            }
            try output.flush()
        }
    }
}
