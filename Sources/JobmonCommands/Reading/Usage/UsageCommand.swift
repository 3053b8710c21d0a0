package import ArgumentParser
import Jobmon
import JobmonCore
package import JobmonViews

/// `jobmon usage`: what jobs requested, used, and should request.
package struct UsageCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "usage",
        abstract: "Show what jobs requested and used, and recommend what to request.",
        discussion: """
            ADVICE is what to request: further jobs of the kind pass it with the chance RISK. It rests on the jobs that \
            finished (JOBS), and takes into account those that were ended at a limit or still run. With few jobs the \
            risk cannot be small: that of n jobs is at least 1 in n + 1. Below 10 jobs, and where the measurement cannot \
            be trusted, nothing is recommended, and the reason is printed. Memory is the peak of all processes of a job \
            together. Slots are processor time by run time.

              jobmon usage
              jobmon usage --queue fit --by param:year --risk 0.01
              jobmon usage --name 'fit*' --format sbatch    # lines for a job script
              jobmon run --size-from fit -f more.jsonl      # the same requests for new jobs

            Exit codes: 1 if --format has no line to print.
            """)

    @OptionGroup package var directory: DirectoryOption

    @Argument(
        help: "Select jobs by number, as `jobmon jobs` shows it, or by a range such as 3-9. Default: all jobs.")
    package var jobs: [String] = []

    @OptionGroup package var filter: FilterOptions

    @Option(
        name: .customLong("by"),
        help: ArgumentHelp(
            "Group jobs by this property: queue, name, param:NAME, or group (of errors). Repeatable, except group. "
                + "Default: by queue and name.", valueName: "property"),
        transform: { try UsageCommand.key($0) })
    package var keys: [UsageKey] = []

    @Option(
        help: ArgumentHelp(
            "Share of further jobs that may pass a recommended request, above 0 and at most 0.5.", valueName: "share"))
    package var risk = SizeRecommendation.usualRisk

    @Option(
        help: ArgumentHelp(
            "Print a table, or lines to paste: for a job script of Slurm (sbatch) or Grid Engine (qsub), or options and "
                + "job file members of jobmon run (jobs).", valueName: "table|sbatch|qsub|jobs"))
    package var format = UsageFormat.table

    @Option(
        name: .customLong("memory-resource"),
        help: ArgumentHelp("Resource of Grid Engine for memory, for --format qsub.", valueName: "name"))
    package var memoryResource = "h_vmem"

    @Flag(help: "Print a JSON array, one object per group.")
    package var json = false

    package init() {}

    package func validate() throws {
        if json, format != .table { throw ValidationError("--json and --format cannot be used together") }
        guard risk > 0, risk <= 0.5 else {
            throw ValidationError("--risk must be above 0 and at most 0.5, such as 0.05, not \(risk)")
        }
        if keys.contains(.group), keys.count > 1 {
            throw ValidationError("--by group cannot be combined with another property: a job may be in several groups")
        }
        if Set(keys).count < keys.count { throw ValidationError("--by names a property twice") }
    }

    package func run() async throws {
        var ranges: [ClosedRange<Int64>] = []
        for text in jobs {
            do throws(Problem) { ranges += try JobNumbers(parsing: text).ranges } catch {
                throw CommandFailure(.usage, error)
            }
        }
        let numbers = JobNumbers(ranges: ranges)
        try await directory.open { access in
            var selected = try await filter.resolved(access.reading)
            selected.numbers = numbers
            var question = UsageQuestion(risk: risk)
            if !keys.isEmpty { question.keys = keys }
            if json { question.limit = UsageQuestion.mostGroups }
            let answer = try await UsageAnswer.asked(selected, question, of: access)
            let output = Output()
            if json {
                var array = JSONArrayWriter(output)
                for group in answer.groups { try array.append(group.json(risk: answer.risk)) }
                try array.finish()
                return try output.flush()
            }
            if format == .table {
                try output.write(UsageList.table(answer, question, terminal: Terminal.behind(descriptor: 1)))
                try output.flush()
                for line in UsageList.closing(answer) { Messages.say(line) }
                return
            }
            let lines = UsageLines(format: format, memoryResource: memoryResource)
            for group in answer.groups { try output.write(lines.text(group)) }
            try output.flush()
            guard answer.groups.contains(where: lines.hasRequest) else {
                if answer.groups.isEmpty { Messages.say(UsageList.nothing) }
                throw ExitCode(ExitStatus.failed.rawValue)
            }
        }
    }

    package static func key(_ text: String) throws -> UsageKey {
        do throws(Problem) {
            return try UsageKey(text)
        } catch {
            throw ValidationError("\(Printable.line(error.message)): \(error.hint ?? "")")
        }
    }
}

/// What `jobmon usage` prints.
package enum UsageFormat: String, Sendable, CaseIterable, ExpressibleByArgument {
    case table, sbatch, qsub, jobs
}
