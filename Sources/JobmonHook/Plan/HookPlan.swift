/// What is to be done with a command line of a scheduler.
enum HookPlan: Equatable {
    /// It goes to the real command as it is. The remark, if there is one, says why, in words for the user.
    case leave(String?)
    /// The batch script whose name stands at an index.
    case script(argument: Int, ScriptRules)
    /// The batch script that comes on stdin.
    case standardInput(ScriptRules)
    /// The shell text of `--wrap`.
    case wrap(ParsedLine.Place)
    /// The command that begins at an index, and is a job.
    case command(argument: Int)
    /// The command that begins at an index, and runs as the tasks of a step.
    case step(argument: Int, StepNames)

    /// What srun would call a step, which is named after its command.
    struct StepNames: Equatable {
        /// The name that must be said; nil: the scheduler sees it.
        var name: String?
        /// What it is called in the ledger, where that is another name.
        var shown: String?
        /// What `SLURM_JOB_NAME` is for a step of an allocation that nobody named, and would not be once it is named.
        var allocation: String?
    }

    /// What a batch script must be read by.
    struct ScriptRules: Equatable {
        /// The scheduler refuses a script whose lines end in a carriage return, and says so itself.
        var refusesCarriageReturns: Bool
        /// The scheduler refuses a script whose first line names no interpreter.
        var needsInterpreter: Bool
        /// How lines with options begin that can change how the script runs; nil: no option in a script can.
        var optionPrefix: String?
        /// The shell that runs the script, whatever its first line names.
        var shell: String?
        /// Where a script without a slash in its name is looked for; nil: it is a path like any other.
        var folders: [String]?

        /// - Parameters:
        ///   - directory: the job's working directory; nil: the current one.
        ///   - path: PATH.
        static func slurm(directory: String? = nil, path: String? = nil) -> ScriptRules {
            ScriptRules(
                refusesCarriageReturns: true, needsInterpreter: true,
                folders: [directory ?? "."] + (path ?? "").split(separator: ":").map { String($0) })
        }

        /// - Parameters:
        ///   - prefix: what `-C` says.
        ///   - shell: what `-S` says.
        static func gridEngine(prefix: String? = nil, shell: String? = nil) -> ScriptRules {
            ScriptRules(
                refusesCarriageReturns: false, needsInterpreter: false, optionPrefix: prefix ?? "#$", shell: shell)
        }
    }

    /// - Parameters:
    ///   - arguments: without the command's own name.
    ///   - variable: the environment.
    static func make(_ command: HookedCommand, _ arguments: [String], variable: (String) -> String?) -> HookPlan {
        if isOff(variable("JOBMON_HOOK")) { return .leave(nil) }
        let line: ParsedLine
        do throws(ParsedLine.NotUnderstood) { line = try command.options.parse(arguments) } catch {
            return .leave("the option \(error.word) is unknown")
        }
        return switch command {
        case .sbatch: sbatch(line, arguments, variable)
        case .qsub: qsub(line, arguments)
        case .srun: srun(line, arguments, variable)
        case .qrsh: qrsh(line)
        }
    }

    /// Whether the value of `JOBMON_HOOK` turns the hook off.
    static func isOff(_ value: String?) -> Bool {
        guard let value else { return false }
        return ["off", "0", "no", "false"].contains(value.lowercased())
    }

    // MARK: Slurm

    private static func sbatch(
        _ line: ParsedLine, _ arguments: [String], _ variable: (String) -> String?
    ) -> HookPlan {
        if line.has("help", "usage", "version", "test-only") { return .leave(nil) }
        if line.has("uid", "gid") { return .leave("it runs as another user") }
        if let wrap = line.last("wrap") {
            // Two of both are an error that the real one names.
            guard line.operand == nil, let place = wrap.place, wrap.value?.isEmpty == false else { return .leave(nil) }
            return .wrap(place)
        }
        let rules = ScriptRules.slurm(directory: line.last("chdir")?.value, path: variable("PATH"))
        guard var operand = line.operand else { return .standardInput(rules) }
        // The parts of a heterogeneous job, each with options of its own; the script is that of the last.
        while arguments[operand] == ":" {
            let rest = Array(arguments[(operand + 1)...])
            guard let part = try? OptionTable.sbatch.parse(rest) else {
                return .leave("its components are not understood")
            }
            guard let next = part.operand else { return .standardInput(rules) }
            operand += 1 + next
        }
        return .script(argument: operand, rules)
    }

    private static func srun(
        _ line: ParsedLine, _ arguments: [String], _ variable: (String) -> String?
    ) -> HookPlan {
        if line.has("help", "usage", "version", "test-only") { return .leave(nil) }
        // Somebody's terminal, not a job.
        if line.has("pty") { return .leave(nil) }
        // A step of a job that is monitored as a whole.
        if variable("JOBMON_INSTANCE") != nil, variable("SLURM_JOB_ID") != nil { return .leave(nil) }
        guard let operand = line.operand else { return .leave(nil) }
        if line.has("multi-prog", "bcast") { return .leave("srun reads its command itself (--multi-prog, --bcast)") }
        if line.has("uid", "gid") { return .leave("it runs as another user") }
        if arguments[operand...].contains(":") { return .leave("it has several commands") }
        // Within an allocation srun does not take its step's name from there.
        let isInside = variable("SLURM_JOB_ID") != nil
        let named = line.last("job-name")?.value
        let inherited = variable("SLURM_JOB_NAME")
        let name = named ?? (isInside ? nil : inherited) ?? lastPart(arguments[operand])
        return .step(
            argument: operand,
            StepNames(
                name: name, shown: JobName.comment(line, inherited: isInside ? nil : inherited),
                allocation: isInside && named == nil ? inherited : nil))
    }

    // MARK: Grid Engine

    private static func qsub(_ line: ParsedLine, _ arguments: [String]) -> HookPlan {
        if line.has("help", "verify") { return .leave(nil) }
        if line.has("@") { return .leave("its options are in a file (-@)") }
        if isYes(line.last("b")?.value) {
            guard let operand = line.operand else { return .leave(nil) }
            return .command(argument: operand)
        }
        let rules = ScriptRules.gridEngine(prefix: line.last("C")?.value, shell: line.last("S")?.value)
        guard let operand = line.operand, arguments[operand] != "-" else { return .standardInput(rules) }
        return .script(argument: operand, rules)
    }

    private static func qrsh(_ line: ParsedLine) -> HookPlan {
        if line.has("help", "verify", "inherit") { return .leave(nil) }
        // Without a command it is a login.
        guard let operand = line.operand else { return .leave(nil) }
        if line.has("@") { return .leave("its options are in a file (-@)") }
        if let binary = line.last("b")?.value, !isYes(binary) { return .leave("it runs a script (-b n)") }
        return .command(argument: operand)
    }

    private static func isYes(_ value: String?) -> Bool {
        guard let value = value?.lowercased() else { return false }
        return value == "y" || value == "yes"
    }

    /// The part of a path behind its last slash.
    static func lastPart(_ path: String) -> String {
        String(path[(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)...])
    }
}
