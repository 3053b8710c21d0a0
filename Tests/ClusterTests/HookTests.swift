import Foundation
import JobmonTestSupport
import Testing

/// The shell hook with the real schedulers: each command line runs with and without it. The only difference may be that
/// the ledger knows the jobs.
@Suite(.timeLimit(.minutes(20)), .serialized) struct HookTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var rig: Rig
        /// The command line. It runs in a folder with `job.sh`, `job.py` and `job.csh`; its jobs write to `out*`.
        var line: String
        /// The names in the ledger afterwards, and the exit codes.
        var jobs: [String]
        var testDescription: String { "\(rig.rawValue): \(line)" }

        init(_ rig: Rig, _ line: String, _ jobs: [String] = []) {
            self.rig = rig
            self.line = line
            self.jobs = jobs
        }
    }

    /// A script that prints everything that a line in front of it could have changed.
    private static let script = """
        #!/bin/bash
        #SBATCH --comment=kept
        #$ -ac kept=1
        # what comes now is the fifth line
        echo "args=$#:${1-}:${2-} line=$LINENO zero=${0##*/} level=$SHLVL flags=$-"
        echo "name=${SLURM_JOB_NAME-$JOB_NAME} task=${SLURM_ARRAY_TASK_ID-${SGE_TASK_ID-}} ${SGE_STDOUT_PATH+sge}"
        cat <<X
        here ${1-}
        X
        printenv | cut -d= -f1 | grep -v '^JOBMON' | sort
        readlink /proc/$$/exe
        echo err >&2
        exit 3

        """

    static let slurm: [Case] = [
        Case(.slurm, "sbatch --wait -o out job.sh a 'b  c'", ["job.sh 3"]),
        Case(.slurm, "sbatch --parsable -W -J fit --output=out ./job.sh", ["fit 3"]),
        Case(.slurm, "sbatch --wait -o out <job.sh", ["bash 3"]),
        Case(.slurm, "sbatch --wait -o out - <job.sh", []),
        Case(.slurm, "sbatch --wait -o out <<'E'\n#!/bin/sh\necho stdin $0\nE", ["sh 0"]),
        Case(.slurm, "sbatch --wait -o out --wrap 'echo a; echo \"b  $LINENO\"; (exit 4)'", ["wrap 4"]),
        Case(.slurm, "sbatch --wait -o out.%a -a 1-3 job.sh a", ["job.sh 3", "job.sh 3", "job.sh 3"]),
        Case(.slurm, "sbatch --wait --export=NONE -o out job.sh", ["job.sh 3"]),
        Case(.slurm, "SBATCH_JOB_NAME=env sbatch --wait -o out job.sh", ["env 3"]),
        Case(.slurm, "sbatch --wait -o out job.py 'a  b'", ["job.py 9"]),
        Case(.slurm, "sbatch --wait -o out job.csh 'a  b'", ["job.csh 6"]),
        Case(.slurm, "set -o pipefail; srun sh -c 'echo out; echo err >&2; exit 7' 2>&1 | sort", ["sh 7"]),
        Case(.slurm, "echo input | srun -J named cat", ["named 0"]),
        Case(.slurm, "srun -n2 -l echo hi | sort", ["echo 0", "echo 0"]),
        Case(
            .slurm, "salloc -Q -n1 sh -c 'srun printenv SLURM_JOB_NAME; srun -J b printenv SLURM_JOB_NAME'",
            ["b 0", "printenv 0"]),
        Case(.slurm, "srun no-such-command"),
        Case(.slurm, "sbatch no-such-script.sh"),
        Case(.slurm, "sbatch --no-such-option job.sh 2>/dev/null"),
        Case(.slurm, "sbatch -p nowhere job.sh"),
        Case(.slurm, "sbatch --wrap true job.sh"),
        Case(.slurm, "echo 'no script' | sbatch"),
        Case(.slurm, "sbatch --test-only job.sh 2>&1 | cut -d' ' -f1-3"),
    ]

    static let sge: [Case] = [
        Case(.sge, "qsub -sync y -cwd -j y -o out job.sh a 'b  c'", ["job.sh 3"]),
        Case(.sge, "qsub -terse -sync y -N fit -cwd -j y -o out ./job.sh", ["fit 3"]),
        Case(.sge, "qsub -sync y -cwd -j y -o out <job.sh", ["STDIN 3"]),
        Case(.sge, "qsub -sync y -N in -cwd -j y -o out <job.sh", ["in 3"]),
        Case(.sge, "qsub -sync y -cwd -j y -o out <<'E'\necho stdin\nE", ["STDIN 0"]),
        Case(.sge, "qsub -sync y -cwd -j y -o 'out.$TASK_ID' -t 1-3 job.sh a", ["job.sh 3", "job.sh 3", "job.sh 3"]),
        Case(.sge, "qsub -sync y -b y -cwd -j y -o out /bin/sh ./job.sh a", ["sh 3"]),
        Case(.sge, "qsub -sync y -b y -shell n -cwd -j y -o out /bin/sh -c 'echo a; exit 4'", ["sh 4"]),
        Case(.sge, "qsub -sync y -V -S /bin/bash -cwd -j y -o out job.sh", ["job.sh 3"]),
        Case(.sge, "qsub -sync y -cwd -j y -o out job.py 'a  b'", ["job.py 9"]),
        Case(.sge, "qsub -sync y -cwd -j y -o out job.csh 'a  b'", ["job.csh 6"]),
        Case(.sge, "qsub -sync y -S /bin/csh -cwd -j y -o out <<'E'\necho csh $?prompt\nE", ["STDIN 0"]),
        Case(.sge, "qrsh -now no sh -c 'exit\\ 5'", ["sh 5"]),
        Case(.sge, "qsub no-such-script.sh"),
        Case(.sge, "qsub -q nowhere.q job.sh"),
        Case(.sge, "qsub -no-such-option job.sh 2>/dev/null"),
        Case(.sge, "qsub -verify job.sh | grep job_name"),
    ]

    @Test(.enabled(if: Rig.up.contains(.slurm), Rig.why), arguments: slurm)
    func slurmIsTheSame(_ item: Case) async throws { try await compare(item) }

    @Test(.enabled(if: Rig.up.contains(.sge), Rig.why), arguments: sge)
    func gridEngineIsTheSame(_ item: Case) async throws { try await compare(item) }

    /// The results of a command line: its own output and exit code, and the output of its jobs.
    struct Left: Equatable {
        var status: Int32
        var stdout: String
        var stderr: String
        var output: [String]
    }

    private func run(_ line: String, in folder: String, _ hook: String) async throws -> Left {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Self.script.write(toFile: "\(folder)/job.sh", atomically: true, encoding: .utf8)
        try "#!/usr/bin/python3 -u\nimport sys\nprint(sys.argv[1:], len(sys.argv[0]) > 0)\nsys.exit(9)\n"
            .write(toFile: "\(folder)/job.py", atomically: true, encoding: .utf8)
        try "#!/bin/csh -f\n#$ -N job.csh\nset a = 1\nif ($a == 1) then\necho \"$1 $a\"\nendif\nexit 6\n"
            .write(toFile: "\(folder)/job.csh", atomically: true, encoding: .utf8)
        let done = try await Running(
            "/bin/bash", ["-c", "\(hook)\n\(line)"], in: folder, environment: ["LC_ALL": "C"], stdin: ""
        ).finished()
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix("out") }.sorted()
        let output = try files.map {
            "\($0): " + Self.masked(try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8))
        }
        // srun and the node's daemon write at the same time.
        let stderr = Self.masked(done.stderr).split(separator: "\n").sorted().joined(separator: "\n")
        return Left(status: done.status, stdout: Self.masked(done.stdout), stderr: stderr, output: output)
    }

    /// Masks the numbers that rise with each job.
    private static func masked(_ text: String) -> String {
        text.replacing(
            #/job[ -]?\d+|job-array \d+|Job[ -]\d+|batch job \d+|^\d+$|^\d+\.\d|job_scripts/\d+|zero=\d+/#
                .anchorsMatchLineEndings()
        ) {
            $0.output.filter { !$0.isNumber }
        }
    }

    private func compare(_ item: Case) async throws {
        try await withCluster { cluster in
            let folder = URL(fileURLWithPath: cluster.path).deletingLastPathComponent().path
            let monitor = try await MonitorProcess.start(cluster.path)
            do {
                try await compare(item, cluster, in: "\(folder)/run")
                try await monitor.killed()
            } catch {
                try await monitor.killed()
                throw error
            }
        }
    }

    private func compare(_ item: Case, _ cluster: ClusterDirectory, in folder: String) async throws {
        let plain = try await run(item.line, in: folder, "")
        try FileManager.default.removeItem(atPath: folder)
        // The same folder, since its name is part of the output.
        let hooked = try await run(
            item.line, in: folder, "eval \"$('\(Executable.path)' hook -d '\(cluster.path)')\"")
        #expect(hooked == plain)
        var found: [String] = []
        try await waitUntil("the ledger has \(item.jobs)") {
            found = try await names(cluster)
            return found.count >= item.jobs.count && !found.contains { $0.hasSuffix("-") }
        }
        #expect(found == item.jobs.sorted())
    }

    private func names(_ cluster: ClusterDirectory) async throws -> [String] {
        let listed = try await Executable.run(["jobs", "-d", cluster.path, "--json"])
        guard let rows = try JSONSerialization.jsonObject(with: Data(listed.stdout.utf8)) as? [[String: Any]] else {
            return []
        }
        return rows.map { row in
            let code = (row["instances"] as? [[String: Any]])?.last?["exit_code"] as? Int
            return "\(row["name"] as? String ?? "?") \(code.map { "\($0)" } ?? "-")"
        }.sorted()
    }
}
