import ArgumentParser
import Glibc
import Jobmon
import JobmonCore
import JobmonQueue
import JobmonWire
import Synchronization

/// What is said on stdout, a line each, as it comes.
final class FeedAnswers: Sendable {
    private let output = Mutex(())

    func say(_ object: JSONObject) {
        output.withLock { _ in
            let output = Output()
            // A program that is gone reads nothing: the end of stdin says the same.
            do {
                try output.write(JSON.object(object).text + "\n")
                try output.flush()
            } catch {}
        }
    }
}
