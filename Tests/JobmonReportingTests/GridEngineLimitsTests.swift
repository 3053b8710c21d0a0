import JobmonCore
import Testing

@testable import JobmonReporting

/// The limits of one of Grid Engine's jobs, as its commands print them. The texts are real, shortened.
@Suite struct GridEngineLimitsTests {
    private func limits(
        _ requests: String, queue: String = "h_rt                  72:00:00\nh_vmem                INFINITY\n",
        used: String? = nil, task: Int? = nil, slots: Int = 1
    ) -> GridEngineLimits {
        let usage = used.map { "usage         \(task ?? 1):            \($0)\n" } ?? ""
        return GridEngineLimits(
            job: "job_number:                 7\nhard resource_list:         \(requests)\n\(usage)", queue: queue,
            task: task, node: "n7", slots: slots)
    }

    @Test func timesAreReadInAnyForm() {
        #expect(limits("h_rt=300").seconds("h_rt") == 300)
        #expect(limits("h_vmem=2G,h_rt=0:5:0").seconds("h_rt") == 300)
        #expect(limits("gpu=1").seconds("h_rt") == 259_200)
        #expect(limits("gpu=1", queue: "h_rt    9:0:0,[n7=1:0:0],[n8=2:0:0]\n").seconds("h_rt") == 3600)
        #expect(limits("gpu=1", queue: "h_rt    INFINITY\n").seconds("h_rt") == nil)
        #expect(limits("gpu=1", queue: "").seconds("h_rt") == nil)
    }

    @Test(arguments: [
        ("412.344M", 432_373_956.608), ("300M", 314_572_800), ("2G", 2_147_483_648), ("1g", 1e9), ("70MB", 73_400_320),
        ("0.000B", 0), ("123", 123),
    ])
    func sizesAreRead(_ text: String, _ bytes: Double) throws {
        let read = try #require(GridEngineAmount.bytes(text[...]))
        #expect(abs(read - bytes) < 1024)
    }

    @Test(arguments: ["INFINITY", "N/A", "", "M", "3MM", "NONE"]) func otherTextsAreNoSizes(_ text: String) {
        #expect(GridEngineAmount.bytes(text[...]) == nil)
        #expect(GridEngineAmount.seconds(text[...]) == nil)
    }

    @Test func aLimitOfMemoryThatIsExceededIsNamedWithItsNumbers() {
        let used = "cpu=00:00:01, mem=0.13428 GB s, io=0.00002 GB, vmem=412.344M, maxvmem=412.344M"
        let word = limits("h_rt=300,h_vmem=300M", used: used, task: 3).exceeded("SIGUSR2")
        #expect(
            word
                == SchedulerWord(
                    "SIGUSR2: its processes together exceed its h_vmem (300M, maxvmem 412.344M)", cause: .outOfMemory))
        // The queue's is the smaller one.
        let ofQueue = limits("h_vmem=300M", queue: "h_vmem    100M\n", used: used).exceeded("SIGUSR2")
        #expect(ofQueue?.said.contains("(100M, maxvmem 412.344M)") == true)
        let ofSlots = limits("h_vmem=200M", used: used, slots: 2).exceeded("SIGUSR2")
        #expect(ofSlots?.said.contains("(200M for each of 2 slots, maxvmem 412.344M)") == true)
    }

    @Test func whatIsKnownOfItsUseMayBeOld() {
        let old = "cpu=00:00:01, mem=0.00000 GB s, io=0.00002 GB, vmem=N/A, maxvmem=N/A"
        #expect(
            limits("h_vmem=300M", used: old).exceeded("SIGUSR2")
                == SchedulerWord(
                    "SIGUSR2: no deletion, and no limit but its h_vmem (300M for its processes together)",
                    cause: .outOfMemory, isInferred: true))
        #expect(limits("h_vmem=300M", used: nil).exceeded("SIGUSR2")?.isInferred == true)
        // Another limit may be the reason.
        #expect(limits("h_vmem=300M,h_cpu=60", used: old).exceeded("SIGUSR2") == nil)
    }

    @Test func processorTimeThatIsOverIsNamed() {
        let used = "cpu=00:01:00, mem=0.00000 GB s, io=0.00002 GB, vmem=9M, maxvmem=9M"
        #expect(
            limits("h_vmem=300M,h_cpu=60", used: used).exceeded("SIGUSR2")
                == SchedulerWord("SIGUSR2: its h_cpu of 60 s is over", cause: .timeLimit))
        #expect(limits("h_rt=300", used: used).exceeded("SIGUSR2") == nil)
        #expect(limits("h_rt=300", queue: "", used: used).exceeded("SIGUSR2") == nil)
    }
}
