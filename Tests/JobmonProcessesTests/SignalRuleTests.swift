import Glibc
import JobmonProcesses
import Testing

/// Which signals a wrapper forwards: the rules, without processes.
@Suite struct SignalRuleTests {
    private let millisecond: Int64 = 1_000_000

    private func seen(_ number: Int32, from sender: Int32 = 7, at: Int64) -> SeenSignal {
        SeenSignal(number: number, isFromKernel: false, sender: sender, at: at)
    }

    private func ours(_ number: Int32, from sender: Int32 = 7, at: Int64, kernel: Bool = false) -> ReceivedSignal {
        ReceivedSignal(number: number, isFromKernel: kernel, sender: sender, at: at)
    }

    /// Which of our signals those of the witness explain, in order.
    private func explained(_ signals: [ReceivedSignal], by seen: [SeenSignal]) -> [Bool] {
        var record = SignalRecord()
        for signal in seen { record.note(signal) }
        return signals.map { record.covers($0) }
    }

    @Test("each signal of the witness explains one of ours")
    func eachExplainsOne() {
        // The second one was sent to us only.
        let signals = [0, 10, 20].map { ours(SIGTERM, at: $0 * millisecond) }
        #expect(explained(signals, by: [seen(SIGTERM, at: 0)]) == [true, false, false])
        #expect(explained(signals, by: [0, 10, 20].map { seen(SIGTERM, at: $0 * millisecond) }) == [true, true, true])
    }

    @Test("two signals that arrived at the witness as one explain two of ours")
    func merged() {
        let signals = [ours(SIGTERM, at: 0), ours(SIGTERM, at: 50_000)]
        #expect(explained(signals, by: [seen(SIGTERM, at: 100_000)]) == [true, true])
    }

    @Test("another sender's signal, or another signal, explains nothing")
    func others() {
        let signals = [ours(SIGTERM, at: 0), ours(SIGTERM, from: 0, at: 0, kernel: true)]
        #expect(explained(signals, by: [seen(SIGTERM, from: 8, at: 0), seen(SIGUSR1, at: 0)]) == [false, false])
    }

    @Test("sent to us only: forwarded, wherever the command is")
    func alone() {
        for inGroup in [true, false] {
            for leads in [true, false] {
                for kernel in [true, false] {
                    let signal = ours(SIGTERM, at: 0, kernel: kernel)
                    #expect(!signal.hasReached(isInOurGroup: inGroup, weLeadOurGroup: leads, wasSentToGroup: false))
                }
            }
        }
    }

    @Test("sent to the group: forwarded only to a command that has left it")
    func group() {
        let sent = ours(SIGTERM, at: 0)
        let typed = ours(SIGINT, at: 0, kernel: true)
        #expect(sent.hasReached(isInOurGroup: true, weLeadOurGroup: true, wasSentToGroup: true))
        #expect(typed.hasReached(isInOurGroup: true, weLeadOurGroup: true, wasSentToGroup: true))
        // Without us it would lead the group and could not have left it.
        #expect(!sent.hasReached(isInOurGroup: false, weLeadOurGroup: true, wasSentToGroup: true))
        #expect(!typed.hasReached(isInOurGroup: false, weLeadOurGroup: true, wasSentToGroup: true))
        // Without us it would have left it too. But another sender may have signalled us besides the group.
        #expect(typed.hasReached(isInOurGroup: false, weLeadOurGroup: false, wasSentToGroup: true))
        #expect(!sent.hasReached(isInOurGroup: false, weLeadOurGroup: false, wasSentToGroup: true))
    }

    @Test("without a witness: twice is better than never, but a terminal sends to groups")
    func unknown() {
        #expect(!ours(SIGTERM, at: 0).hasReached(isInOurGroup: true, weLeadOurGroup: true, wasSentToGroup: nil))
        let typed = ours(SIGINT, at: 0, kernel: true)
        #expect(typed.hasReached(isInOurGroup: true, weLeadOurGroup: true, wasSentToGroup: nil))
        #expect(!typed.hasReached(isInOurGroup: false, weLeadOurGroup: true, wasSentToGroup: nil))
        // An alarm set by the process that started us, and a hang-up that only a session leader gets.
        for number in [SIGALRM, SIGHUP] {
            let signal = ours(number, at: 0, kernel: true)
            #expect(!signal.hasReached(isInOurGroup: true, weLeadOurGroup: true, wasSentToGroup: nil))
        }
    }

    @Test("starts are retried for a minute without progress")
    func patience() {
        var patience = StartPatience()
        let early = [0.0, 59].map { patience.failed($0) }
        #expect(early == [false, false])
        #expect(patience.nextTry > 59 && patience.nextTry <= 60)
        patience.somethingEnded(59.5)
        #expect(patience.nextTry == 59.5)
        let late = [61.0, 120].map { patience.failed($0) }
        #expect(late == [false, true])
        // A process that was created but cannot execute is not progress; one that lives on is.
        patience.started(121)
        let atOnce = patience.failed(121.1)
        patience.started(122)
        let later = patience.failed(1000)
        #expect(atOnce && !later)
    }
}
