import JobmonCore

extension SchedulerExamination {
    static let slurm = SchedulerExamination(
        programs: ["sbatch", "squeue", "scancel", "scontrol", "sinfo"], accounting: "sacct",
        questions: { user in
            [
                ["scontrol", "show", "config"],
                [
                    "sacctmgr", "--noheader", "--parsable2", "show", "associations", "where", "user=\(user)",
                    "format=Account,Partition,MaxJobs,MaxSubmit,GrpJobs,GrpSubmit,MaxWall,Cluster",
                ],
            ]
        },
        read: { answers, user in
            let settings = SlurmSettings(answers.first.flatMap { $0 }?.output ?? "")
            return settings.diagnoses + SlurmSettings.limits(answers.last.flatMap { $0 }, user: user, settings)
        },
        askWaiting: { ["squeue", "--noheader", "--format=%T|%r", "--jobs=\($0)"] },
        readWaiting: { result in
            let fields = result.output.trimmed.split(separator: "|", maxSplits: 1)
            return fields.count == 2 && fields[0] == "PENDING" ? String(fields[1]) : nil
        })
}

/// What `scontrol show config` prints.
private struct SlurmSettings {
    private var values: [String: String] = [:]

    init(_ text: String) {
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1).map { $0.trimmed }
            if parts.count == 2 { values[parts[0]] = parts[1] }
        }
    }

    var diagnoses: [Diagnosis] { [arrays, accounting, memory, processes].compactMap(\.self) }

    private var arrays: Diagnosis? {
        guard let size = values["MaxArraySize"].flatMap({ Int($0) }) else { return nil }
        guard size > 1 else {
            return Diagnosis(
                "arrays", .wrong, "Slurm allows no array jobs (MaxArraySize=\(size))",
                advice: "ask an administrator to set MaxArraySize to 1001 or more")
        }
        return Diagnosis("arrays", .ok, "up to \(Units.count(size - 1, "task")) in an array job (MaxArraySize=\(size))")
    }

    private var accounting: Diagnosis? {
        guard let type = values["AccountingStorageType"], type.isEmpty || type.hasSuffix("/none") || type == "(null)"
        else { return nil }
        let seconds = values["MinJobAge"].map { " for \($0)" } ?? ""
        return Diagnosis(
            "accounting", .remark,
            "Slurm keeps none (AccountingStorageType=\(type)): jobs report their own end, and of one that could not, Slurm "
                + "knows how it ended\(seconds) only")
    }

    private var memory: Diagnosis? {
        guard let type = values["JobAcctGatherType"], type.hasSuffix("/none") || type == "(null)" else { return nil }
        return Diagnosis(
            "memory", .remark,
            "Slurm measures no memory (JobAcctGatherType=\(type)): that of a job that it killed is known from its wrapper "
                + "only")
    }

    private var processes: Diagnosis? {
        guard let type = values["ProctrackType"], type.hasSuffix("/linuxproc") || type.hasSuffix("/pgid") else {
            return nil
        }
        return Diagnosis(
            "processes", .remark,
            "Slurm does not track jobs by cgroups (ProctrackType=\(type)): what a job starts in the background may live on "
                + "after Slurm has ended the job")
    }

    /// Whether an account is one of this cluster: several may share a database.
    private func isCluster(_ name: String) -> Bool {
        guard let own = values["ClusterName"] else { return true }
        return own.lowercased() == name.lowercased()
    }

    private var requiresAccount: Bool {
        let enforced = values["AccountingStorageEnforce"]?.split(separator: ",") ?? []
        return enforced.contains { ["associations", "limits", "qos", "safe", "all"].contains($0) }
    }

    /// The limits of a user's accounts.
    static func limits(_ answer: CommandResult?, user: String, _ settings: SlurmSettings) -> [Diagnosis] {
        guard let answer, answer.status == 0 else {
            guard settings.requiresAccount else { return [] }
            let words = answer.map { SchedulerText.sentence($0.text, dropping: ["sacctmgr: error: ", "sacctmgr: "]) }
            return [
                Diagnosis("limits", .remark, "sacctmgr does not say which limits you have: \(words ?? "no answer")")
            ]
        }
        let rows = answer.output.split(separator: "\n").map { line in
            line.split(separator: "|", omittingEmptySubsequences: false).map { $0.trimmed }
        }.filter { $0.count == 8 && settings.isCluster($0[7]) }
        guard !rows.isEmpty else {
            guard settings.requiresAccount else { return [Diagnosis("limits", .ok, "none of your own")] }
            return [
                Diagnosis(
                    "limits", .wrong, "Slurm has no account for user \(user), and requires one",
                    advice: "ask an administrator for one")
            ]
        }
        return rows.map { row in
            let place = row[1].isEmpty ? "account \(row[0])" : "account \(row[0]) in partition \(row[1])"
            let limits =
                zip(
                    [
                        "running (MaxJobs)", "running and waiting (MaxSubmit)", "running in all (GrpJobs)",
                        "running and waiting in all (GrpSubmit)",
                    ], row[2...5]
                ).compactMap { words, value in Int(value).map { "\(Units.count($0, "job")) \(words)" } }
                + (row[6].isEmpty ? [] : ["\(row[6]) for a job (MaxWall)"])
            return Diagnosis(
                "limits", .ok,
                limits.isEmpty
                    ? "\(place): none of its own (those of a QOS are not shown)"
                    : "\(place): at most \(limits.joined(separator: ", "))")
        }
    }
}
