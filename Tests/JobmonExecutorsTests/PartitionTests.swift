import JobmonCore
import Testing

@testable import JobmonExecutors

/// What partitions and queues can give, and which hosts they have.
@Suite struct PartitionTests {
    @Test("Slurm: the partition's limits, the largest node's memory, and the default partition")
    func slurmLimits() {
        let partitions = """
            PartitionName=all.q AllowGroups=ALL Default=YES MaxTime=1-12:00:00 MaxMemPerNode=UNLIMITED State=UP
            PartitionName=short AllowGroups=ALL Default=NO MaxTime=00:30:00 MaxMemPerNode=2000 State=UP
            PartitionName=open AllowGroups=ALL Default=NO MaxTime=UNLIMITED MaxMemPerCPU=100 State=UP

            """
        let limits = SlurmPartitions.readLimits([
            CommandResult(status: 0, output: partitions),
            CommandResult(status: 0, output: "all.q|4000\nall.q|16000+\nshort|4000\nopen|8000\n"),
        ])
        #expect(limits["all.q"] == RelaunchLimits(memory: 16000 << 20, runtime: 129_600))
        #expect(limits[""] == limits["all.q"])
        #expect(limits["short"] == RelaunchLimits(memory: 2000 << 20, runtime: 1800))
        #expect(limits["open"] == RelaunchLimits(memory: 8000 << 20))
    }

    @Test(
        "Slurm's time limits",
        arguments: [
            ("30", 1800), ("30:10", 1810), ("01:00:00", 3600), ("2-00", 172_800), ("1-12:30", 131_400),
            ("1-00:00:01", 86_401), ("UNLIMITED", nil), ("", nil), ("n/a", nil),
        ] as [(String, Double?)])
    func slurmTimes(_ text: String, _ seconds: Double?) {
        #expect(SlurmPartitions.seconds(text[...]) == seconds)
    }

    @Test("Slurm: the nodes of the default partition, or of the one that was named, and which of them run jobs")
    func slurmHosts() {
        let all = "node1|all.q*|idle\nnode2|all.q*|down*\nnode4|all.q*|mixed-\nnode3|long.q|idle\n"
        #expect(
            SlurmPartitions.readHosts(CommandResult(status: 0, output: all))
                == ["node1": true, "node2": false, "node4": true])
        #expect(
            SlurmPartitions.readHosts(CommandResult(status: 0, output: "node3|long.q|idle*\n")) == ["node3": false])
        #expect(SlurmPartitions.readHosts(CommandResult(status: 1, output: "", complaint: "down")).isEmpty)
    }

    @Test("Grid Engine: the hosts of the queues, and which of them run jobs")
    func sgeHosts() {
        let listed = """
            queuename                      qtype resv/used/tot. load_avg arch          states
            ---------------------------------------------------------------------------------
            all.q@n1                       BIP   0/2/8          0.05     lx-amd64
                 12 0.50000 sleep      ada          r     11/30/2026 10:00:00     1
            ---------------------------------------------------------------------------------
            all.q@n2                       BIP   0/0/8          -NA-     lx-amd64      au
            ---------------------------------------------------------------------------------
            long.q@n3                      BIP   0/0/8          9.05     lx-amd64      a

            """
        #expect(
            SGEQueues.readHosts(CommandResult(status: 0, output: listed)) == ["n1": true, "n2": false, "n3": true])
    }

    @Test("Grid Engine: the queues' run times, and the memory of the largest host")
    func sgeLimits() {
        let queues = """
            qname                 all.q
            hostlist              @allhosts
            h_rt                  INFINITY
            h_vmem                INFINITY

            qname                 short.q
            h_rt                  01:00:00,[n1=02:00:00]

            """
        let hosts = """
            HOSTNAME                ARCH         NCPU NSOC NCOR NTHR  LOAD  MEMTOT  MEMUSE  SWAPTO  SWAPUS
            ----------------------------------------------------------------------------------------------
            global                  -               -    -    -    -     -       -       -       -       -
            n1                      lx-amd64        2    1    2    2  0.01   16.0G    1.1G     0.0     0.0
            n2                      lx-amd64        2    1    2    2  0.01   32.0G    1.1G     0.0     0.0

            """
        let limits = SGEQueues.readLimits([
            CommandResult(status: 0, output: queues), CommandResult(status: 0, output: hosts),
        ])
        #expect(limits["all.q"] == RelaunchLimits(memory: 32 << 30))
        #expect(limits["short.q"] == RelaunchLimits(memory: 32 << 30, runtime: 3600))
        #expect(limits[""] == RelaunchLimits(memory: 32 << 30))
    }
}
