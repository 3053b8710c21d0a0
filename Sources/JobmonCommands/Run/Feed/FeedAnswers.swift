import ArgumentParser
import Glibc
import Jobmon
import JobmonCore
import JobmonQueue
import JobmonWire
import Synchronization

/// Writes answers to stdout, one line each, as they come.
final class FeedAnswers: Sendable {
    private let output = Mutex(())

    func say(_ object: JSONObject) {
        output.withLock { _ in
            let output = Output()
            // If the program is gone, it reads nothing; the end of stdin tells the same.
            do {
                try output.write(JSON.object(object).text + "\n")
                try output.flush()
            } catch {}
        }
    }
}
