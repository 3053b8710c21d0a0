/// Programs that start others and say that one of them failed: mpirun, make, xargs, snakemake and their like. The
/// message of what they started counts; theirs stands only if there is no other.
enum Launchers {
    /// The lines that no launcher wrote, and those that one wrote.
    static func separate(_ lines: ErrorLines, _ found: ErrorSigns) -> (inner: ErrorLines, said: [Substring]) {
        var (inner, said) = (lines, [Substring]())
        for (index, launcher) in all.enumerated() where found.ofLauncher(index) {
            guard inner.all.contains(where: launcher.isAtWork) else { continue }
            let (rest, own) = launcher.separate(inner)
            inner = rest
            said += own
        }
        return (inner, said)
    }

    /// What a launcher says of itself, and not of what it started: that it could not start it, with the program's name.
    static func reason(among said: [Substring]) -> String? {
        guard let start = said.firstIndex(where: { $0.holds(" was unable to ") }) else { return nil }
        var sentence = ""
        for line in said[start...].prefix(4) {
            sentence += (sentence.isEmpty ? "" : " ") + line.trimmed
            // The banner goes on with what may have caused it.
            if let end = sentence.firstRange(of: ". ") ?? sentence.firstRange(of: ".\n") {
                sentence = String(sentence[..<end.lowerBound])
                break
            }
            if sentence.hasSuffix(".") || sentence.hasSuffix(":") {
                sentence.removeLast()
                break
            }
        }
        let program = said[start...].first { $0.trimmed.hasPrefix("Executable:") }?.trimmed
            .dropFirst("Executable:".count)
        return program.map { "\(sentence): \($0.trimmed)" } ?? sentence
    }

    struct Launcher: Sendable {
        /// A text in which it wrote has one of these phrases within a line.
        let signs: [String]
        /// Whether a line shows that this launcher wrote among the lines.
        let isAtWork: @Sendable (Substring) -> Bool
        /// The lines of others, and the launcher's own.
        let separate: @Sendable (ErrorLines) -> (ErrorLines, [Substring])
    }

    static let all: [Launcher] = [.mpi, .hydra, .snakemake, .make, .parallel, .runner]
}

extension Launchers.Launcher {
    /// A launcher whose lines are known one by one.
    private static func lines(_ signs: [String], _ isOwn: @escaping @Sendable (Substring) -> Bool) -> Self {
        Self(signs: signs, isAtWork: isOwn) { $0.separated(isOwn) }
    }

    /// Open MPI and PRRTE: banners between rules, which differ from run to run of the same failure, and remarks of the
    /// daemons.
    static let mpi = Self(signs: wordsOfBanners + wordsOfRemarks + ["MPI_Abort("], isAtWork: { isOfMPI($0) }) { lines in
        var (rest, said): ([Substring], [Substring]) = ([], [])
        var index = 0
        while index < lines.all.count {
            let line = lines.all[index]
            if LineKind.isRule(line), let end = lines.all[(index + 1)...].prefix(40).firstIndex(where: LineKind.isRule)
            {
                let block = lines.all[(index + 1)..<end].filter { !$0.isEmpty }
                if block.contains(where: { isOfMPI($0) }) {
                    said += block
                    index = end + 1
                    continue
                }
            }
            if isRemarkOfMPI(line) { said.append(line) } else { rest.append(line) }
            index += 1
        }
        return (ErrorLines(rest), said)
    }

    private static func isOfMPI(_ line: Substring) -> Bool {
        bannerWords.isIn(line) || isRemarkOfMPI(line)
    }

    private static let bannerWords = PhraseSet(wordsOfBanners)
    private static let wordsOfBanners = [
        "MPI_ABORT was invoked", "MPI_Abort was invoked", "Primary job  terminated", "mpirun detected",
        "mpirun noticed",
        "mpirun was unable", "mpiexec detected", "mpiexec noticed", "prterun detected", "prterun noticed", "Open MPI",
        "orterun", "process_count", "MPI process", "OpenFabrics", "PMIx", "ORTE ",
    ]

    private static func isRemarkOfMPI(_ line: Substring) -> Bool {
        remarksOfMPI.isIn(line) || line.hasPrefix("application called MPI_Abort(")
            || line.hasPrefix("Abort(") && line.holds("MPI_Abort(")
    }

    private static let remarksOfMPI = PhraseSet(wordsOfRemarks)
    private static let wordsOfRemarks = [
        "ORTE_ERROR_LOG", "PMIX ERROR", "PRTE ERROR", " more process has sent help message",
        " more processes have sent help message", "orte_base_help_aggregate",
    ]

    /// MPICH and Intel MPI.
    static let hydra = lines([
        "[mpiexec@", "[proxy:", "=   ", "YOUR APPLICATION TERMINATED", "This typically refers to a problem with",
        "Please see the FAQ page for debugging",
    ]) { line in
        line.hasPrefix("[mpiexec@") || line.hasPrefix("[proxy:") || line.hasPrefix("=   ")
            || line.hasPrefix("YOUR APPLICATION TERMINATED")
            || line.hasPrefix("This typically refers to a problem with")
            || line.hasPrefix("Please see the FAQ page for debugging")
    }

    /// make and ninja: what they ran has said more.
    static let make = lines(["make: ", "make[", "ninja: ", "FAILED: "]) { line in
        if line.hasPrefix("ninja: ") { return !line.hasPrefix("ninja: error: ") }
        if line.hasPrefix("FAILED: ") && line.holds(".o") { return true }
        return makes.begins(line) && wordsOfMake.isIn(line)
    }

    private static let makes: PhraseSet = ["make: ", "make[", "gmake: ", "gmake["]
    private static let wordsOfMake: PhraseSet = [
        "] Error ", "ing directory ", " not remade because", "Waiting for unfinished jobs", " Deleting file ",
        "] Killed", "] Terminated", "] Segmentation fault",
    ]

    /// GNU parallel repeats the command that failed on a line of its own.
    static let parallel = Self(
        signs: ["parallel: This job failed"], isAtWork: { $0.hasPrefix("parallel: This job failed") }
    ) { lines in
        let heads = lines.all.indices.filter { lines.all[$0].hasPrefix("parallel: This job failed") }
        let own = Set(heads + heads.map { $0 + 1 })
        let rest = lines.all.indices.filter { !own.contains($0) }.map { lines.all[$0] }
        return (ErrorLines(rest), own.sorted().filter { $0 < lines.all.count }.map { lines.all[$0] })
    }

    /// Programs that run one command, or one after the other.
    static let runner = lines([
        "xargs: ", "parallel: ", "timeout: sending signal", "Command exited with non-zero status",
        "Command terminated by signal", "(ERR): ",
    ]) { line in
        if line.hasPrefix("xargs: ") { return line.holds("exited with status") || line.holds("terminated by signal") }
        return line.hasPrefix("parallel: Starting no more jobs")
            || line.hasPrefix("timeout: sending signal") || line.hasPrefix("Command exited with non-zero status")
            || line.hasPrefix("Command terminated by signal")
            || line.hasPrefix("(ERR): ") && line.holds("exited with value")
    }

    // MARK: snakemake

    static let snakemake = Self(
        signs: ["Building DAG of jobs", "Error in rule ", "WorkflowError:", "RuleException:"],
        isAtWork: {
            $0.hasPrefix("Building DAG of jobs") || $0.hasPrefix("Error in rule ") || $0.hasPrefix("WorkflowError:")
                || $0.hasPrefix("RuleException:")
        }
    ) { lines in
        var (rest, said): ([Substring], [Substring]) = ([], [])
        // Until when lines belong to the one before: an indented list, or a paragraph.
        var block = Block.none
        for line in lines.all {
            switch block {
            case .indented where line.first == " ", .table where !line.isEmpty:
                said.append(line)
                continue
            case .exception(let left) where left > 0 && !line.isEmpty && !isDate(line):
                said.append(line)
                block = .exception(left - 1)
                continue
            case .next:
                said.append(line)
                block = .none
                continue
            default: block = .none
            }
            if let start = blocks.first(where: { line.hasPrefix($0.start) }) {
                block = start.block
                said.append(line)
            } else if isDate(line) || phrases.begins(line) || isRuleName(line) {
                if isRuleName(line) { block = .indented }
                said.append(line)
            } else {
                rest.append(line)
            }
        }
        let reasons = said.filter { line in reasonsOfSnakemake.contains { line.hasPrefix($0) } }
        return (ErrorLines(rest), reasons + said)
    }

    private enum Block: Sendable {
        case none
        /// The lines after it are indented.
        case indented
        /// Up to a blank line.
        case table
        /// So many lines, up to a blank one.
        case exception(Int)
        /// One line.
        case next
    }

    private static let blocks: [(start: String, block: Block)] = [
        ("Error in rule ", .indented), ("Error in group ", .indented), ("Job stats:", .table), ("Job counts:", .table),
        ("RuleException:", .exception(2)), ("CalledProcessError in ", .exception(1)), ("WorkflowError:", .exception(2)),
        ("Removing output files of failed job ", .next),
    ]

    private static let reasonsOfSnakemake = ["Command '", "Error in rule ", "At least one job", "WorkflowError:"]

    private static let phrases: PhraseSet = [
        "Assuming unrestricted", "host: ", "Building DAG of jobs", "Using shell: ", "Provided cores: ",
        "Rules claiming more threads", "Select jobs to execute", "Execute ", "Shutting down, this might take some time",
        "Exiting because a job execution failed", "Complete log", "Finished job ", "Finished jobid: ",
        "Trying to restart job", "Elapsed time: ", "Waiting at most ", "Config file ", "Creating conda environment",
        "Activating conda",
        "Activating environment", "Nothing to be done", "Provided resources: ", "Conda environments: ignored",
    ]

    private static func isRuleName(_ line: Substring) -> Bool {
        ["rule ", "localrule ", "checkpoint ", "localcheckpoint ", "Job "].contains { line.hasPrefix($0) }
            && line.hasSuffix(":")
    }

    /// `[Sat Nov 28 15:57:22 2026]`
    private static func isDate(_ line: Substring) -> Bool {
        line.hasPrefix("[") && line.hasSuffix("]")
            && ["Mon ", "Tue ", "Wed ", "Thu ", "Fri ", "Sat ", "Sun "].contains { line.dropFirst().hasPrefix($0) }
    }
}
