import Dispatch
import Jobmon
import JobmonCore
import JobmonReporting
import JobmonWire
import Synchronization

/// `watch` on the whole terminal: one thread owns the screen and its state, and waits for keys and answers; tasks beside
/// it ask the monitor.
final class WatchSession: Sendable {
    /// Answers that the thread has not taken yet.
    private let answers = Mutex<[WatchAnswer]>([])
    private let isEnded = Mutex(false)
    private let asker: WatchAsker

    private init(asker: WatchAsker) { self.asker = asker }

    /// Runs until the jobs are over or the person ends it. The terminal is then as it was before.
    /// - Returns: the state at the end; nil: the terminal cannot show a full screen, and nothing was shown.
    static func run(_ state: WatchState, asker: WatchAsker, colours: Bool) async -> WatchState? {
        let session = WatchSession(asker: asker)
        let (requests, sender) = AsyncStream.makeStream(of: WatchRequest.self)
        return await withTaskGroup(of: WatchState?.self) { group in
            group.addTask {
                await withTaskCancellationHandler {
                    await withCheckedContinuation { continuation in
                        // It waits in system calls, which would hold up a thread that tasks share.
                        DispatchQueue(label: "jobmon.watch").async {
                            let last = session.own(state, colours: colours) { sender.yield($0) }
                            sender.finish()
                            continuation.resume(returning: last)
                        }
                    }
                } onCancel: {
                    session.isEnded.withLock { $0 = true }
                    TerminalScreen.wake()
                }
            }
            for await request in requests {
                // Not waited for: a monitor that is stopped must not keep this process, which ends next.
                Task { session.give(await session.asker.answer(request)) }  // allowed: see above
            }
            return await group.next() ?? nil
        }
    }

    private func give(_ answer: WatchAnswer) {
        answers.withLock { $0.append(answer) }
        TerminalScreen.wake()
    }

    /// The loop of the thread that owns the screen.
    private func own(
        _ initial: WatchState, colours: Bool, ask: (WatchRequest) -> Void
    ) -> WatchState? {
        guard let screen = TerminalScreen(colours: colours) else { return nil }
        defer { screen.close() }
        let time = TimeSource.system
        var state = initial
        state.isUTF8 = screen.isUTF8
        var drawn: (picture: ScreenPicture, size: ScreenSize)?
        var drawnAt = -1.0
        while true {
            if isEnded.withLock({ $0 }) {
                state.end(.interrupted)
                return state
            }
            if screen.resize() { drawn = nil }
            state.size = screen.size
            var isNew = drawn == nil
            while let key = screen.key() {
                isNew = true
                switch key {
                case .redraw:
                    screen.forget()
                    drawn = nil
                case .stop:
                    screen.stop()
                    drawn = nil
                default: state.press(key, at: time.steadySeconds())
                }
                if state.ending != nil { break }
            }
            for answer in answers.withLock({ answers in
                defer { answers = [] }
                return answers
            }) {
                state.take(answer, at: time.steadySeconds())
                isNew = true
            }
            if state.ending != nil { return state }
            for request in state.requests(at: time.steadySeconds()) { ask(request) }
            // Without news, the clock and what is told of the present moment change once a second.
            let now = time.steadySeconds()
            guard isNew || now.rounded(.down) != drawnAt.rounded(.down) else {
                screen.wait(seconds: WatchState.tick)
                continue
            }
            drawnAt = now
            let drawing = WatchDrawing(state: state, now: time.now(), seconds: now)
            for (list, room) in drawing.rooms { state.places[list, default: WatchState.Place()].room = room }
            let limits = drawing.limits
            state.jobTopLimit = limits.jobTop
            if let above = state.output?.above, above > limits.above { state.output?.above = limits.above }
            let picture = WatchDrawing(state: state, now: time.now(), seconds: now).picture
            if drawn?.picture != picture || drawn?.size != state.size {
                screen.show(picture)
                drawn = (picture, state.size)
            }
            screen.wait(seconds: WatchState.tick)
        }
    }
}

/// Asks the monitor of a directory, or its file if there is none, and finds the next monitor when one went away.
actor WatchAsker {
    private let layout: DirectoryLayout
    private var known: (access: DirectoryAccess, views: any ViewReading)?

    init(layout: DirectoryLayout) { self.layout = layout }

    func answer(_ request: WatchRequest) async -> WatchAnswer {
        let start = TimeSource.system.steadySeconds()
        let content: WatchAnswer.Content
        do throws(Problem) {
            content = try await self.content(of: request)
        } catch {
            if error.code == .unavailable, request.question == .summary { known = nil }
            content = .problem(error)
        }
        return WatchAnswer(
            question: request.question, round: request.round, content: content,
            seconds: TimeSource.system.steadySeconds() - start)
    }

    private func opened() async throws(Problem) -> (access: DirectoryAccess, views: any ViewReading) {
        if let known { return known }
        let access = try await DirectoryAccess.open(layout)
        let opened = (access, try await access.views(waiting: 0))
        known = opened
        return opened
    }

    private func content(of request: WatchRequest) async throws(Problem) -> WatchAnswer.Content {
        let (access, views) = try await opened()
        switch request.ask {
        case .summary(let queue):
            let summary = try await access.reading.summary(queue: queue)
            // A monitor may have come meanwhile; the snapshot of a file whose jobs are over stays.
            if !access.hasMonitor, FileLock.isHeld(layout.monitorLock) == true { known = nil }
            return .summary(summary, hasMonitor: access.hasMonitor)
        case .view(let endpoint, let query):
            let bytes = try await views.view(endpoint, query)
            do throws(JSONSyntaxError) { return .json(try JSON(parsing: bytes)) } catch { throw Problem(error) }
        case .change(let endpoint, let body): return .json(try await access.change(endpoint, body))
        }
    }
}
