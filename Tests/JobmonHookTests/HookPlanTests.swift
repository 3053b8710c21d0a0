import Testing

@testable import JobmonHook

/// How a command line is changed.
@Suite struct HookPlanTests {
    private func plan(_ command: HookedCommand, _ words: [String], _ variables: [String: String] = [:]) -> HookPlan {
        HookPlan.make(command, words) { variables[$0] }
    }

    private func plan(_ command: HookedCommand, _ line: String, _ variables: [String: String] = [:]) -> HookPlan {
        plan(command, line.split(separator: " ").map(String.init), variables)
    }

    @Test func sbatchTakesAScriptAWrapOrStdin() {
        let rules = HookPlan.ScriptRules.slurm()
        #expect(plan(.sbatch, "-J a job.sh x") == .script(argument: 2, rules))
        #expect(plan(.sbatch, "--parsable") == .standardInput(rules))
        #expect(plan(.sbatch, "") == .standardInput(rules))
        #expect(plan(.sbatch, ["--wrap", "echo a"]) == .wrap(ParsedLine.Place(argument: 1, offset: 0)))
        #expect(
            plan(.sbatch, "-n1 : -n2 job.sh") == .script(argument: 3, rules))
        #expect(
            plan(.sbatch, "-D /data job.sh")
                == .script(argument: 2, HookPlan.ScriptRules.slurm(directory: "/data")))
    }

    @Test(arguments: [
        "--test-only job.sh", "--help", "-V", "--usage", "--wrap=true job.sh", "--wrap=",
    ]) func sbatchLeavesWhatIsNoSubmission(_ line: String) {
        #expect(plan(.sbatch, line) == .leave(nil))
    }

    @Test(arguments: ["--no-such job.sh", "--uid=joe job.sh"]) func whatIsLeftForAReasonIsSaid(_ line: String) {
        guard case .leave(let remark?) = plan(.sbatch, line) else {
            Issue.record("\(line) was not left with a remark")
            return
        }
        #expect(!remark.isEmpty)
    }

    @Test(arguments: ["off", "0", "no", "OFF"]) func itIsTurnedOff(_ value: String) {
        #expect(plan(.sbatch, "--no-such", ["JOBMON_HOOK": value]) == .leave(nil))
        #expect(plan(.qsub, "job.sh", ["JOBMON_HOOK": value]) == .leave(nil))
    }

    @Test func srunNamesItsStep() {
        #expect(plan(.srun, "-n2 /bin/hostname -f") == .step(argument: 1, HookPlan.StepNames(name: "hostname")))
        #expect(plan(.srun, "-J fit hostname") == .step(argument: 2, HookPlan.StepNames(name: "fit")))
        #expect(
            plan(.srun, "hostname", ["SLURM_JOB_NAME": "all"]) == .step(argument: 0, HookPlan.StepNames(name: "all"))
        )
        // Within an allocation, srun itself ignores it.
        let inside = ["SLURM_JOB_NAME": "all", "SLURM_JOB_ID": "7"]
        #expect(
            plan(.srun, "hostname", inside)
                == .step(argument: 0, HookPlan.StepNames(name: "hostname", allocation: "all")))
    }

    @Test func srunOfAMonitoredJobIsLeft() {
        let inside = ["JOBMON_INSTANCE": "k", "SLURM_JOB_ID": "7"]
        #expect(plan(.srun, "hostname", inside) == .leave(nil))
        #expect(plan(.srun, "--pty bash") == .leave(nil))
        #expect(plan(.srun, "-n1 a : -n1 b") != .step(argument: 1, HookPlan.StepNames(name: "a")))
        #expect(plan(.srun, "--multi-prog a.conf") != .step(argument: 1, HookPlan.StepNames(name: "a.conf")))
    }

    @Test func qsubTakesAScriptStdinOrACommand() {
        let rules = HookPlan.ScriptRules.gridEngine()
        #expect(plan(.qsub, "-N a job.sh x") == .script(argument: 2, rules))
        #expect(plan(.qsub, "-terse") == .standardInput(rules))
        #expect(plan(.qsub, "- x") == .standardInput(rules))
        #expect(plan(.qsub, "-b y date +%s") == .command(argument: 2))
        #expect(plan(.qsub, "-b n job.sh") == .script(argument: 2, rules))
        #expect(
            plan(.qsub, "-S /bin/csh -C #% job.sh")
                == .script(argument: 4, HookPlan.ScriptRules.gridEngine(prefix: "#%", shell: "/bin/csh")))
        #expect(plan(.qsub, "-verify job.sh") == .leave(nil))
        #expect(plan(.qsub, "-@ options job.sh") != .script(argument: 2, rules))
    }

    @Test func qrshWithoutACommandIsALogin() {
        #expect(plan(.qrsh, "-now no") == .leave(nil))
        #expect(plan(.qrsh, "-inherit node1 date") == .leave(nil))
        #expect(plan(.qrsh, "-now no date +%s") == .command(argument: 2))
    }

    // MARK: The real command

    @Test func theRealOneIsBehindUs() {
        let files = [
            "/mine/sbatch": false, "/usr/bin/sbatch": false, "/d/run/hook/bin/sbatch": true, "/j/sbatch": true,
        ]
        func find(_ path: String) -> String? { RealCommand.find("sbatch", path: path) { files[$0] } }
        #expect(find("/d/run/hook/bin:/usr/local/bin:/usr/bin") == "/usr/bin/sbatch")
        // A command before ours is the one that called us.
        #expect(find("/mine:/d/run/hook/bin:/usr/bin") == "/usr/bin/sbatch")
        #expect(find("/d/run/hook/bin:/mine:/usr/bin") == "/mine/sbatch")
        // Another directory's hook, and jobmon through any other link.
        #expect(find("/d/run/hook/bin:/e/run/hook/bin/:/j:/usr/bin") == "/usr/bin/sbatch")
        #expect(find("/usr/bin") == "/usr/bin/sbatch")
        #expect(find("/d/run/hook/bin:/nothing") == nil)
        // A wrapper that called us again.
        let again = RealCommand.find("sbatch", path: "/d/run/hook/bin:/mine:/mine:/usr/bin", behind: "/mine/sbatch") {
            files[$0]
        }
        #expect(again == "/usr/bin/sbatch")
        let round = HookGuard(pid: 3, count: 1, path: "/my programs/sbatch")
        #expect(HookGuard(round.text) == round && HookGuard("3 x /sbatch") == nil)
    }

    // MARK: Words

    @Test(arguments: ["", "a", "a b", "=x", "it's", "50%", "ä\n\t", "$HOME`x`\"!*?[]{}~", "%41"])
    func aWordMeansItself(_ text: String) {
        let word = HookWord.encode(text)
        #expect(HookWord.decodeText(word) == text)
        let harmless = word.utf8.allSatisfy { byte in
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-,:=+@%".utf8.contains(byte)
        }
        #expect(harmless && !word.isEmpty)
    }

    @Test func onlyPlainPathsStandByThemselves() {
        #expect(HookWord.isPlain("/opt/jobmon-1.0/bin/jobmon"))
        #expect(!HookWord.isPlain("/my programs/jobmon"))
        #expect(!HookWord.isPlain(""))
    }
}
