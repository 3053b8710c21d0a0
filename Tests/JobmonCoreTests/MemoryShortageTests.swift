import JobmonCore
import Testing

/// Which messages say that a program got no memory. The texts are those of real programs.
@Suite struct MemoryShortageTests {
    @Test(arguments: [
        "MemoryError",
        "numpy.core._exceptions._ArrayMemoryError: Unable to allocate 7.45 GiB for an array with shape (1000000000,)",
        "Error: cannot allocate vector of size 7.5 Gb",
        "terminate called after throwing an instance of 'std::bad_alloc'",
        "OSError: [Errno 12] Cannot allocate memory", "sh: fork: Cannot allocate memory", "Out of memory!",
        "java.lang.OutOfMemoryError: Java heap space", "Error: Could not reserve enough space for object heap",
        "ERROR: LoadError: OutOfMemoryError()", "memory allocation of 8589934592 bytes failed",
        "forrtl: severe (41): insufficient virtual memory", "Error allocating 8000000000 bytes",
        "virtual memory exhausted: Cannot allocate memory", "op. sys. refuses to provide memory r(909)",
        "fatal error: runtime: out of memory",
    ])
    func itIsSaid(_ message: String) { #expect(MemoryShortage.isSaid(by: message)) }

    @Test("of a log of several jobs, the line about this one counts")
    func linesOfAJob() {
        let old = "slurmstepd: error: Detected 1 oom-kill event(s) in step 31.0 cgroup. Some of your processes may "
        let log = """
            slurmstepd-node31: error: StepId=30.batch exceeded memory limit (419430400 > 104857600), being killed
            slurmstepd-node1: error: StepId=32.batch exceeded virtual memory limit (419430400 > 104857600), being killed
            jobmon exec: StepId=33.batch exceeded memory limit
            \(old)
            slurmstepd-node1: error: *** JOB 34 ON node1 CANCELLED AT 2026-11-24T23:20:17 ***

            """
        func line(_ job: String) -> String? { MemoryLine.last(of: log, about: job) }
        #expect(line("30")?.hasPrefix("slurmstepd-node31: error: StepId=30.batch exceeded") == true)
        #expect(line("32")?.contains("virtual memory limit") == true)
        #expect(line("31")?.hasPrefix("slurmstepd: error: Detected 1 oom-kill event(s) in step 31.0 ") == true)
        for other in ["3", "1", "33", "34", "419430400", ""] { #expect(line(other) == nil, "\(other)") }
    }

    @Test(arguments: [
        "", "ValueError: no memory of it", "exit code 1", "signal 11 (SIGSEGV)", "KeyError: 'memory'",
        "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0)",
        "RuntimeError: CUDA error: out of memory",
    ])
    func itIsNotSaid(_ message: String) { #expect(!MemoryShortage.isSaid(by: message)) }
}
