extension ErrorReader {
    /// The report of a runtime on the signal that ended the program: of MPI's (`[host:123] Signal: Segmentation fault
    /// (11)`) and of Fortran's (`Program received signal SIGSEGV: …`). What the program itself said before comes first.
    static let signalReport = ErrorReader.line("signal", ["] Signal: ", "Program received signal "]) { lines in
        guard
            let index = lines.all.lastIndex(where: {
                $0.holds("] Signal: ") || $0.hasPrefix("Program received signal ")
            })
        else { return nil }
        let line = lines.all[index]
        let report = line.firstRange(of: "] Signal: ").map { line[$0.upperBound...].trimmed } ?? line.trimmed
        let before = ErrorLines(lines.all[..<index].filter { !$0.holds("*** Process received signal ***") })
        // An abort is the program's own decision, after a message.
        let isAbort = report.hasPrefix("Aborted") || report.holds("SIGABRT")
        if let said = MarkedLines(before).reading ?? (isAbort ? LastLine(before).reading : nil), said.isTelling {
            return "\(said.headline) (\(report))"
        }
        return report
    }
}
