import CJobmonPOSIX
import Glibc
import JobmonCore
import Subprocess
import SystemPackage

/// What became of a command.
package struct CommandResult: Sendable, Equatable {
    /// Its exit code; 128 and the signal's number if a signal ended it.
    package var status: Int
    package var output: String
    /// What it printed on stderr.
    package var complaint: String
    /// The seconds that it had, if it was killed because they were over; what it printed until then is here.
    package var gaveUpAfter: Double?

    package init(status: Int, output: String, complaint: String = "", gaveUpAfter: Double? = nil) {
        self.status = status
        self.output = output
        self.complaint = complaint
        self.gaveUpAfter = gaveUpAfter
    }

    /// One that was killed for its time, in a sentence: what it had said until then is part of it.
    func silence(of program: String, dropping prefixes: [String]) -> String? {
        guard let gaveUpAfter else { return nil }
        let said = SchedulerText.sentence(text, dropping: prefixes)
        return "\(program) did not answer within \(Int(gaveUpAfter.rounded(.up))) s"
            + (said.isEmpty ? "" : "; until then it said: \(said)")
    }

    /// Both outputs, for words that come on either.
    var text: String { complaint.isEmpty ? output : output.isEmpty ? complaint : "\(complaint)\n\(output)" }
}
