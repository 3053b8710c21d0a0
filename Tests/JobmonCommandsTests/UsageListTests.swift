import JobmonCore
import JobmonQueue
import JobmonViews
import Testing

@testable import JobmonCommands

/// What `jobmon usage` prints, and what `run --size-from` makes of it.
@Suite struct UsageListTests {
    private static let mebibyte = 1_048_576.0

    private static func request(_ request: Double, _ risk: Double = 0.048, jobs: Int = 40) -> SizeAdvice {
        .request(SizeRecommendation(request: request, bound: request * 0.99, risk: risk, jobs: jobs))
    }

    private static func used(_ p50: Double, _ p95: Double?, _ most: Double, isAtLeast: Bool = false) -> UsageGroup.Used
    {
        UsageGroup.Used(jobs: 40, p50: p50, p95: p95, most: most, mostIsAtLeast: isAtLeast)
    }

    private static func group(_ name: String, _ change: (inout UsageGroup) -> Void = { _ in }) -> UsageGroup {
        var group = UsageGroup(
            keys: [.init(name: "queue", value: "fit"), .init(name: "name", value: name)], finished: 40, ended: 0,
            running: 0,
            memory: UsageGroup.Size(
                requested: UsageGroup.Extent(jobs: 40, least: 4096 * mebibyte, most: 4096 * mebibyte), byDefault: nil,
                used: used(1100 * mebibyte, 1200 * mebibyte, 1230 * mebibyte), advice: request(1240 * mebibyte)),
            time: UsageGroup.Size(
                requested: nil, byDefault: nil, used: used(3000, 4900, 5000), advice: request(84 * 60)),
            slots: UsageGroup.Size(
                requested: UsageGroup.Extent(jobs: 40, least: 4, most: 4), byDefault: nil, used: used(0.98, 1, 1.02),
                advice: request(1)),
            coreHours: 100, gibibyteHours: 95.46)
        change(&group)
        return group
    }

    private static func refuse(_ group: inout UsageGroup) {
        group.finished = 7
        group.memory.advice = .refused("only 7 jobs finished; 10 are needed")
        group.time.advice = .refused("only 7 jobs finished; 10 are needed")
        group.slots.advice = .refused("only 7 jobs finished; 10 are needed")
        (group.coreHours, group.gibibyteHours) = (nil, nil)
    }

    private static func table(_ groups: [UsageGroup], columns: Int? = nil) -> [String] {
        UsageList.table(
            UsageAnswer(risk: 0.05, groups: groups, more: 0), UsageQuestion(), terminal: Terminal(columns: columns)
        ).split(separator: "\n").map { String($0) }
    }

    @Test("a row for each resource: requested, used, recommended, and what is saved")
    func rows() {
        let lines = Self.table([Self.group("fit.R")])
        #expect(
            lines == [
                "QUEUE  NAME   WHAT    JOBS  REQUESTED     P50    P95    MAX  ADVICE  RISK  REMARK",
                "fit    fit.R  memory    40       4.0G    1.1G   1.2G   1.2G   1240M  4.8%  saves 95.5 GB-hours",
                "fit    fit.R  time      40             50m00s  1h21m  1h23m     84m  4.8%",
                "fit    fit.R  slots     40          4    0.98   1.00   1.02       1  4.8%  saves 100 core-hours",
            ])
    }

    @Test("refusals, limits, and what a cluster gave by itself are said; nothing of that is called saved")
    func remarks() {
        let lines = Self.table([
            Self.group("few", Self.refuse),
            Self.group("default") { group in
                group.memory.requested = nil
                group.memory.byDefault = UsageGroup.Extent(
                    jobs: 40, least: 4096 * Self.mebibyte, most: 4096 * Self.mebibyte)
                group.gibibyteHours = nil
            },
            Self.group("killed") { group in
                group.memory.used = Self.used(
                    1100 * Self.mebibyte, nil, 5120 * Self.mebibyte, isAtLeast: true)
                group.memory.advice = Self.request(6144 * Self.mebibyte, 0.12)
                group.gibibyteHours = -3
            },
            Self.group("young") { $0.memory.advice = Self.request(1240 * Self.mebibyte, 1.0 / 13, jobs: 12) },
        ])
        #expect(lines[1].hasSuffix(" -        only 7 jobs finished; 10 are needed"), "\(lines[1])")
        #expect(lines[4].contains(" default "), "\(lines[4])")
        #expect(lines[4].hasSuffix("4.8%  the cluster's default: 4.0G"), "\(lines[4])")
        #expect(lines[7].contains(">5.0G  >5.0G"), "\(lines[7])")
        #expect(
            lines[7].hasSuffix("12%  more than was requested; jobs at their limit, or running, allow no smaller risk"),
            "\(lines[7])")
        #expect(lines[10].contains("   12  "), "\(lines[10])")
        #expect(lines[10].hasSuffix("7.7%  saves 95.5 GB-hours; 5% risk needs 19 jobs"), "\(lines[10])")
    }

    @Test("the table fits 80 columns")
    func width() {
        let groups = ["a name that is much too long for a column", "fit.R"].map { Self.group($0) }
        let lines = Self.table(groups + [Self.group("x", Self.refuse)], columns: 80)
        #expect(lines.allSatisfy { DisplayWidth.of($0) <= 80 }, "\(lines.joined(separator: "\n"))")
        let text = lines.joined(separator: "\n")
        #expect(text.contains("ADVICE") && text.contains("1240M") && text.contains("saves 95.5 GB-hours"), "\(text)")
    }

    @Test("what is said below the table")
    func closing() {
        let cut = UsageList.closing(UsageAnswer(risk: 0.05, groups: [Self.group("fit.R")], more: 4))
        #expect(cut.last == "the first 1 of 5 groups; --json prints all")
        #expect(UsageList.closing(UsageAnswer(risk: 0.05, groups: [], more: 0)) == [UsageList.nothing])
    }

    // MARK: - Lines to paste

    @Test("lines for Slurm")
    func sbatch() {
        let long = Self.group("fit.R") { $0.time.advice = Self.request(2 * 86400 + 3600 + 60) }
        #expect(
            UsageLines(format: .sbatch).text(long) == """
                # queue fit, name fit.R: 40 jobs finished
                # memory: 4.8% of further jobs need more, by 40 jobs
                # time: 4.8% of further jobs need more, by 40 jobs
                # slots: 4.8% of further jobs keep more than 1 slot at work
                #SBATCH --mem=1240M
                #SBATCH --time=2-01:01:00
                #SBATCH --cpus-per-task=1

                """)
    }

    @Test("lines for Grid Engine, whose memory is requested for each slot")
    func qsub() {
        let lines = UsageLines(format: .qsub).text(Self.group("fit.R") { $0.slots.advice = Self.request(4) })
        #expect(lines.contains("#$ -l h_vmem=310M\n#$ -l h_rt=01:24:00\n"), "\(lines)")
        #expect(lines.contains("# h_vmem limits address space"))
        let fewer = UsageLines(format: .qsub, memoryResource: "m_mem_free").text(Self.group("fit.R"))
        #expect(fewer.contains("# for -pe: 1 slot\n#$ -l m_mem_free=1240M\n"), "\(fewer)")
    }

    @Test("options and job file members of jobmon run")
    func jobs() {
        let lines = UsageLines(format: .jobs).text(
            Self.group("fit.R") { $0.memory.advice = Self.request(2048 * Self.mebibyte) })
        #expect(
            lines.hasSuffix(
                """
                --memory 2G --runtime 84m --slots 1
                "memory": "2G", "runtime": "84m", "slots": 1

                """), "\(lines)")
    }

    @Test("nothing to paste: only the reasons, in lines that do nothing, whatever a job is called")
    func refused() {
        for format in UsageFormat.allCases where format != .table {
            let lines = UsageLines(format: format)
            let group = Self.group("x\n#SBATCH --mem=1T", Self.refuse)
            #expect(!lines.hasRequest(group))
            #expect(lines.text(group).split(separator: "\n").allSatisfy { $0.hasPrefix("# ") })
            #expect(lines.text(group).contains("memory: nothing is recommended: only 7 jobs finished; 10 are needed"))
        }
    }

    @Test(
        "amounts as they are printed",
        arguments: [
            (0.0, "0.0M"), (4.24, "4.2M"), (340.4, "340M"), (999.6, "1.0G"), (1126.4, "1.1G"), (2048.0 * 1024, "2.0T"),
        ])
    func amounts(mebibytes: Double, text: String) {
        #expect(UsageWords.memory(mebibytes * Self.mebibyte) == text)
    }

    @Test("shares and hours as they are printed")
    func shares() {
        let shares = [0.05, 0.0476, 0.0909, 0.143, 0.001, 0.5].map(UsageWords.share)
        #expect(shares == ["5%", "4.8%", "9.1%", "14%", "0.1%", "50%"])
        #expect([0.04, 12.34, 1234.5, -3].map(UsageWords.hours) == ["0.0", "12.3", "1,235", "-3.0"])
        #expect([1, 2.5, 16].map(UsageWords.slots) == ["1", "2.50", "16"])
    }

    // MARK: - run --size-from

    private static func plan(_ names: [String], _ resources: JSONObject = [:]) throws -> RunPlan {
        let file = names.map { #"{"command": ["./fit", "\#($0)"], "name": "\#($0)"}"# }.joined(separator: "\n")
        return try RunPlan(
            RunPlan.Input(file: "jobs.jsonl", queue: "new", resources: resources, cwd: "/work") { _ in file })
    }

    private static var sizes: RunSizes {
        RunSizes(
            queue: "fit", byName: ["fit.R": group("fit.R"), "few": group("few", refuse)],
            all: group("all") { $0.memory.advice = request(2048 * mebibyte) })
    }

    @Test("jobs request what those of the same name needed, else what all of the queue did; and it is said once")
    func takes() throws {
        var plan = try Self.plan(["fit.R", "new", "fit.R"])
        try plan.take(Self.sizes)
        let memory = plan.jobs.map { $0.description.resources["memory"]?.integer }
        #expect(memory == [1240 << 20, 2048 << 20, 1240 << 20])
        #expect(plan.jobs.allSatisfy { $0.description.resources["runtime"] == .double(5040) })
        #expect(
            plan.remarks == [
                "fit.R: --memory 1240M (40 jobs, 4.8% risk), --runtime 84m (40 jobs, 4.8% risk), "
                    + "from jobs of that name in the queue fit",
                "new: --memory 2G (40 jobs, 4.8% risk), --runtime 84m (40 jobs, 4.8% risk), "
                    + "from all jobs of the queue fit",
            ])
    }

    @Test("what is requested already stays")
    func keeps() throws {
        var plan = try Self.plan(["fit.R"], ["memory": .int(1 << 30)])
        try plan.take(Self.sizes)
        #expect(plan.jobs[0].description.resources["memory"] == .int(1 << 30))
        #expect(plan.jobs[0].description.resources["runtime"] == .double(5040))
        var full = try Self.plan(["fit.R", "few"], ["memory": .int(1 << 30), "runtime": .double(60)])
        try full.take(Self.sizes)
        #expect(full.jobs[1].description.resources == ["memory": .int(1 << 30), "runtime": .double(60)])
        #expect(full.remarks == ["--size-from: no job is without a request of its own"])
    }

    private static func refusal(_ names: [String], _ sizes: RunSizes) -> CommandFailure? {
        do {
            var plan = try plan(names)
            try plan.take(sizes)
            return nil
        } catch {
            return error as? CommandFailure
        }
    }

    @Test("too few jobs of the name, or of the queue, are refused")
    func refuses() throws {
        let few = try #require(Self.refusal(["fit.R", "few"], Self.sizes))
        #expect(few.status == .failed)
        let wanted =
            "--size-from: nothing is recommended for \"few\", from jobs of that name in the queue fit: no memory: only 7 "
            + "jobs finished; 10 are needed; no run time: only 7 jobs finished; 10 are needed"
        #expect(few.problem.message == wanted)
        let none = try #require(Self.refusal(["fit.R"], RunSizes(queue: "empty")))
        #expect(none.problem.message == "--size-from: no job of the queue \"empty\" has finished")
    }
}
