import Glibc
import Testing

@testable import JobmonCommands

@Suite struct SignalsTests {
    @Test("a signal counts from the call on, also before anybody reads", .timeLimit(.minutes(1)))
    func nothingIsLost() async {
        for _ in 0..<200 {
            let signals = Signals.received([SIGUSR1], keepingAll: true)
            kill(getpid(), SIGUSR1)
            var number: Int32?
            for await received in signals {
                number = received
                break
            }
            #expect(number == SIGUSR1)
        }
    }
}
