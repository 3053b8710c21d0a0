import Testing

@testable import JobmonHook

/// Distinguishing options from operands, as the real commands do.
@Suite struct OptionTableTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var command: HookedCommand
        var line: String
        /// The word with which the operand begins; nil: there is none.
        var operand: String?
        var testDescription: String { "\(command.rawValue) \(line)" }
    }

    static let cases: [Case] = [
        Case(command: .sbatch, line: "job.sh -x", operand: "job.sh"),
        Case(command: .sbatch, line: "-J name job.sh", operand: "job.sh"),
        Case(command: .sbatch, line: "-Jname job.sh", operand: "job.sh"),
        Case(command: .sbatch, line: "-HJ name job.sh", operand: "job.sh"),
        Case(command: .sbatch, line: "-HQvJname job.sh", operand: "job.sh"),
        Case(command: .sbatch, line: "--job-name name job.sh", operand: "job.sh"),
        Case(command: .sbatch, line: "--job-name=name job.sh", operand: "job.sh"),
        Case(command: .sbatch, line: "--job-n name job.sh", operand: "job.sh"),
        Case(command: .sbatch, line: "--nice job.sh", operand: "job.sh"),
        Case(command: .sbatch, line: "--nice=5 --exclusive job.sh", operand: "job.sh"),
        Case(command: .sbatch, line: "-k job.sh", operand: "job.sh"),
        Case(command: .sbatch, line: "--time=5 -- job.sh", operand: "job.sh"),
        Case(command: .sbatch, line: "--parsable -W", operand: nil),
        Case(command: .srun, line: "-n4 -K1 -l hostname -f", operand: "hostname"),
        Case(command: .srun, line: "-W 30 -I hostname", operand: "hostname"),
        Case(command: .srun, line: "--mpi=pmix -u ./a.out -n 3", operand: "./a.out"),
        Case(command: .qsub, line: "-N name -cwd -pe smp 4 job.sh -b y", operand: "job.sh"),
        Case(command: .qsub, line: "-t 1-9:2 -tc 3 -sync y -terse job.sh", operand: "job.sh"),
        Case(command: .qsub, line: "-l h_rt=10,m_mem_free=1G -", operand: "-"),
        Case(command: .qsub, line: "-V -j y", operand: nil),
        Case(command: .qsub, line: "-binding linear:1 job.sh", operand: "job.sh"),
        Case(command: .qsub, line: "-binding set linear:1 job.sh", operand: "job.sh"),
        Case(command: .qsub, line: "-binding env striding:1:2 job.sh", operand: "job.sh"),
        Case(command: .qsub, line: "-mods l_hard h_rt 5 -adds l_hard h_rt 6 job.sh", operand: "job.sh"),
        Case(command: .sbatch, line: "-C haswell --x11 --mem_bind=local job.sh", operand: "job.sh"),
        Case(command: .sbatch, line: "--constraint haswell --workdir /d -I --jobid 3 job.sh", operand: "job.sh"),
        Case(command: .srun, line: "-C haswell --cpu_bind=cores --pack-group 0 hostname", operand: "hostname"),
        // Slurm 24.05 to 26.05.
        Case(
            command: .sbatch, line: "--requeue=expedite --mem-update 10@60 --resources r --container-type t job.sh",
            operand: "job.sh"),
        Case(command: .sbatch, line: "--requeue job.sh", operand: "job.sh"),
        Case(command: .sbatch, line: "--consolidate-segments --spread-segments --segment 4 job.sh", operand: "job.sh"),
        Case(
            command: .sbatch, line: "--oom-kill-step=1 --stepmgr --wait-all-nodes 1 --tres-bind b job.sh",
            operand: "job.sh"),
        Case(command: .sbatch, line: "--tres-per-task cpu:1 --resv-ports=2 --external job.sh", operand: "job.sh"),
        Case(command: .srun, line: "--async --parsable --ignore-signals TERM hostname", operand: "hostname"),
        Case(command: .srun, line: "--wait-for-children --exclusive=allocation --pty=1 hostname", operand: "hostname"),
        Case(command: .srun, line: "--mem-update 5@1 --no-requeue --oom-kill-step hostname", operand: "hostname"),
        Case(command: .qrsh, line: "-now no -noshell date +%s", operand: "date"),
    ]

    @Test(arguments: cases) func theOperandIsFound(_ item: Case) throws {
        let words = item.line.split(separator: " ").map(String.init)
        let line = try item.command.options.parse(words)
        #expect(line.operand.map { words[$0] } == item.operand)
    }

    @Test(arguments: [
        (HookedCommand.sbatch, "--no-such job.sh"), (.sbatch, "-j job.sh"), (.sbatch, "--parsable=1 job.sh"),
        (.sbatch, "--time"), (.sbatch, "--m 5 job.sh"), (.qsub, "-nosuch job.sh"), (.qsub, "-pe smp"), (.srun, "-a x"),
    ]) func whatIsNotKnownIsNotGuessed(_ command: HookedCommand, _ line: String) {
        #expect(throws: ParsedLine.NotUnderstood.self) {
            try command.options.parse(line.split(separator: " ").map(String.init))
        }
    }

    @Test func aValueHasItsPlace() throws {
        let table = OptionTable.sbatch
        #expect(try table.parse(["--wrap=true"]).last("wrap")?.place == ParsedLine.Place(argument: 0, offset: 7))
        #expect(
            try table.parse(["-H", "--wrap", "true"]).last("wrap")?.place == ParsedLine.Place(argument: 2, offset: 0))
        #expect(try table.parse(["-HJä"]).last("job-name")?.place == ParsedLine.Place(argument: 0, offset: 3))
    }
}
