import JobmonCore

extension SchedulerExamination {
    static let gridEngine = SchedulerExamination(
        programs: ["qsub", "qstat", "qdel", "qconf"], accounting: "qacct",
        questions: { _ in [["qconf", "-sconf"], ["qconf", "-sc"], ["qconf", "-spl"], ["qconf", "-srqsl"]] },
        read: { answers, _ in
            var traits = SchedulerTraits()
            SGECommands.readTraits(
                answers.prefix(3).map { $0 ?? CommandResult(status: 1, output: "") }, &traits)
            return [
                limits(answers.first.flatMap { $0 }), memory(traits), environment(traits), quotas(answers.last ?? nil),
            ]
            .compactMap(\.self)
        },
        askWaiting: { ["qstat", "-j", String($0.prefix { $0 != "." })] },
        readWaiting: { result in
            // scheduling info:            queue instance "all.q@n1" dropped because it is full
            let lines = result.output.split(separator: "\n")
            guard let first = lines.firstIndex(where: { GridEngineLabel.begins($0, "scheduling_info:") }) else {
                return nil
            }
            let reasons = lines[first...].prefix { $0 == lines[first] || $0.first == " " }.map { line in
                (line == lines[first] ? line.drop { $0 != ":" }.dropFirst() : line).trimmed
            }.filter { !$0.isEmpty }
            return reasons.isEmpty ? nil : reasons.joined(separator: "; ")
        })

    private static let settings = [
        ("max_aj_tasks", "in an array job", "task"), ("max_aj_instances", "of an array job at once", "task"),
        ("max_u_jobs", "of a user, running and waiting", "job"), ("max_jobs", "in all, running and waiting", "job"),
    ]

    private static func limits(_ answer: CommandResult?) -> Diagnosis? {
        guard let answer, answer.status == 0 else { return nil }
        var limits: [String] = []
        for line in answer.output.split(separator: "\n") {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard words.count == 2, let number = Int(words[1]), number > 0,
                let (name, place, unit) = settings.first(where: { $0.0 == words[0] })
            else { continue }
            limits.append("\(Units.count(number, unit)) \(place) (\(name))")
        }
        return Diagnosis("limits", .ok, limits.isEmpty ? "none" : "at most \(limits.joined(separator: ", "))")
    }

    private static func memory(_ traits: SchedulerTraits) -> Diagnosis {
        do throws(Problem) {
            let resource = try SGECommands.memory(ClusterRequest(), traits)
            return Diagnosis(
                "memory", .ok, "--memory is requested as \(resource.name)\(resource.perSlot ? ", per slot" : "")")
        } catch {
            return Diagnosis("memory", .remark, "--memory cannot be used: \(error.message)", advice: error.hint)
        }
    }

    private static func environment(_ traits: SchedulerTraits) -> Diagnosis {
        do throws(Problem) {
            var request = ClusterRequest()
            request.slots = 2
            return Diagnosis(
                "slots", .ok,
                "several slots are requested in the parallel environment "
                    + "\(try SGECommands.environment(request, traits))")
        } catch {
            return Diagnosis("slots", .remark, "--slots 2 cannot be used: \(error.message)", advice: error.hint)
        }
    }

    private static func quotas(_ answer: CommandResult?) -> Diagnosis? {
        guard let answer, answer.status == 0, !answer.output.trimmed.isEmpty,
            !answer.output.contains("no resource quota set")
        else { return nil }
        let names = answer.output.split(separator: "\n").map { $0.trimmed }.joined(separator: ", ")
        return Diagnosis("limits", .remark, "there are resource quotas: \(names)", advice: "qquota shows yours")
    }
}
