import JobmonCore
import JobmonQueue
import JobmonViews
import JobmonWire

/// What the full screen of `watch` shows and knows: a value that keys, answers and time change, and that asks questions
/// in turn. It does nothing itself.
struct WatchState: Sendable {
    /// What has the screen.
    enum Scene: Sendable, Equatable {
        case lists
        case job(Int64)
        case output
        case help
    }

    /// Where a list is.
    struct Place: Sendable {
        /// The chosen row: a job's number, or that of a group.
        var chosen: Int64?
        var index = 0
        /// The first row that is shown.
        var top = 0
        /// Rows that fit, as of the latest picture.
        var room = 10
        /// The last row is to be chosen once it is read.
        var wantsLast = false
    }

    enum Ending: Sendable, Equatable {
        /// All jobs are over, and nobody looks any more.
        case over
        case quit
        case interrupted
    }

    /// The directory, and the option by which commands name it.
    let root: String
    let again: String
    /// The queue that was asked for on the command line: only its jobs count for the end.
    let queue: String?
    /// Stay after the last job is over.
    let stays: Bool
    /// Block characters can be shown.
    var isUTF8 = true
    var size = ScreenSize(rows: 24, columns: 80)

    var scenes: [Scene] = [.lists]
    var list = WatchList.groups
    /// The list that had the keys before a filter led to the jobs.
    var listBefore: WatchList?
    var places: [WatchList: Place] = [:]
    var filter: JobFilter
    var sort = RowOrder()
    var prompt: WatchPrompt?
    var message: (text: String, style: Style, until: Double)?
    /// What was asked for and is not answered yet, and the command that continues it.
    var acting: (action: WatchAction, continuing: String?)?

    var summary: Summary?
    var overview: SeenOverview?
    var lists: [WatchList: SeenList] = [:]
    var job: (jid: Int64, content: JSON)?
    var jobProblem: String?
    var output: WatchOutput?
    /// The first line of the job that is shown.
    var jobTop = 0
    /// The first line that the latest picture could begin with at most.
    var jobTopLimit = Int.max

    /// Nil: the monitor answers; else what is wrong.
    var away: String?
    var hasMonitor = true
    /// Somebody uses the screen: it stays after the last job.
    var isUsed = false
    private(set) var ending: Ending?
    var schedule = WatchSchedule()
    /// Rises when what is selected changes.
    private(set) var round = 0
    private var waiting: [WatchRequest] = []

    init(root: String, again: String, queue: String?, stays: Bool) {
        self.root = root
        self.again = again
        self.queue = queue
        self.stays = stays
        filter = JobFilter(queue: queue)
    }

    var scene: Scene { scenes.last ?? .lists }

    /// What to exit with when the screen was left: 0 or 1 if all jobs are over, else as for Ctrl-C.
    var exitStatus: Int32 {
        guard isOver, let summary else { return 130 }
        let counts = WatchPicture.Seen(summary: summary, queue: queue, now: Timestamp(milliseconds: 0)).counts
        return counts.complete < counts.total ? ExitStatus.failed.rawValue : 0
    }

    /// Whether there were jobs, and all of them are over.
    var isOver: Bool {
        guard let summary else { return false }
        let seen = WatchPicture.Seen(summary: summary, queue: queue, now: Timestamp(milliseconds: 0))
        return seen.isOver
    }

    mutating func end(_ ending: Ending) { self.ending = self.ending ?? ending }

    // MARK: - Asking

    /// The questions to ask now.
    mutating func requests(at now: Double) -> [WatchRequest] {
        defer { waiting = [] }
        // A monitor that is stopped says nothing.
        if schedule.wait(.summary, at: now) > Self.patience, away == nil { away = Self.silence }
        var due: [WatchQuestion] = [.summary]
        // After the monitor went away, one question finds out whether there is another.
        if away == nil {
            switch scene {
            case .lists: due += [.overview] + shownLists.filter { $0 != .groups }.map { .list($0) }
            case .job(let jid): due += [.overview, .job(jid)]
            case .output: if let output { due.append(.output(output.source)) }
            case .help: break
            }
        }
        let sequence = summary?.sequence ?? -1
        return waiting
            + due.filter { schedule.begins($0, sequence: sequence, at: now) }
            .compactMap { question in ask(question).map { WatchRequest(question: question, ask: $0, round: round) } }
    }

    private static let patience = 4.0
    private static let silence = "the monitor does not answer; waiting for it"

    /// Seconds until something is due at the latest.
    static let tick = 0.25

    private func ask(_ question: WatchQuestion) -> WatchRequest.Ask? {
        switch question {
        case .summary: return .summary(queue: queue)
        case .overview: return .view(.overview, selection)
        case .list(let list): return .view(.rows, rows(list))
        case .job(let jid):
            var query = QueryString()
            query.append("jid", String(jid))
            return .view(.job, query)
        case .output: return output.map { .view(.output, $0.query) }
        case .count, .change, .changeGroup: return nil
        }
    }

    /// The filter as a query.
    var selection: QueryString {
        var query = QueryString()
        filter.append(to: &query)
        return query
    }

    private func rows(_ list: WatchList) -> QueryString {
        var filter = filter
        var order = sort
        switch list {
        case .groups, .jobs: break
        case .running: (filter.statuses, order) = ([.running], RowOrder(.time, falls: true))
        case .ended: (filter.statuses, order) = ([.complete, .failed, .cancelled], RowOrder(.end, falls: true))
        }
        var query = QueryString()
        filter.append(to: &query)
        query.append("sort", (order.falls ? "-" : "") + order.column.rawValue)
        let place = places[list] ?? Place()
        query.append("limit", String(min(Self.mostRows, max(50, place.top + 2 * place.room))))
        return query
    }

    /// Rows of a list that can be reached; a filter leads to the others.
    static let mostRows = 1000

    mutating func askCount(_ filter: JobFilter, memory: String?, runtime: String?) {
        var query = QueryString()
        filter.append(to: &query)
        if let memory { query.append("memory", memory) }
        if let runtime { query.append("runtime", runtime) }
        round += 1
        waiting.append(WatchRequest(question: .count, ask: .view(.count, query), round: round))
    }

    mutating func askChange(_ endpoint: PageEndpoint, _ body: JSON) {
        let question = endpoint == .changeGroup ? WatchQuestion.changeGroup : .change
        waiting.append(WatchRequest(question: question, ask: .change(endpoint, body), round: round))
    }

    /// Something else is selected: what is shown is out of date.
    mutating func select(_ change: (inout WatchState) -> Void) {
        reorder(change)
        overview = nil
    }

    /// The same jobs are listed in another order.
    mutating func reorder(_ change: (inout WatchState) -> Void) {
        change(&self)
        round += 1
        lists = [:]
        schedule.hurryAll()
    }

    /// Whether the rows of the list that has the keys are known.
    var isListRead: Bool { list == .groups ? overview != nil : lists[list] != nil }

    // MARK: - Answers

    mutating func take(_ answer: WatchAnswer, at now: Double) {
        schedule.ends(answer.question, took: answer.seconds, at: now)
        switch answer.content {
        case .problem(let problem): fail(answer, problem, at: now)
        case .summary(let summary, let hasMonitor): take(summary, hasMonitor: hasMonitor)
        case .json(let json):
            guard answer.round == round || answer.question == .change || answer.question == .changeGroup else {
                schedule.hurry(answer.question)
                return
            }
            take(json, of: answer.question, at: now)
        }
    }

    private mutating func take(_ summary: Summary, hasMonitor: Bool) {
        self.summary = summary
        self.hasMonitor = hasMonitor
        let wasAway = away != nil
        away = hasMonitor || isOver ? nil : "the monitor went away; waiting for the next one"
        if wasAway, away == nil { schedule.hurryAll() }
        if isOver, !isUsed, !stays { end(.over) }
    }

    private mutating func take(_ json: JSON, of question: WatchQuestion, at now: Double) {
        switch question {
        case .overview:
            let seen = SeenOverview(json)
            // Asked again soon: the monitor still reads its jobs.
            if seen.read != nil { schedule.delay(.overview, until: now + 0.5) }
            overview = seen
            settle(.groups, ids: seen.groups.map { ErrorGroup.number($0.name) ?? 0 })
        case .list(let list):
            let seen = SeenList(json)
            lists[list] = seen
            settle(list, ids: seen.rows.map(\.jid))
        case .job(let jid):
            job = (jid, json)
            jobProblem = nil
        case .output(let source):
            guard output?.source == source else { return }
            output?.take(SeenOutput(json))
            if output?.hasMore == true { schedule.delay(question, until: now + 0.05) }
        case .count: takeCount(SeenCount(json), at: now)
        case .change: takeChange(json, at: now)
        case .changeGroup: schedule.hurry(.overview)
        case .summary: break
        }
    }

    private mutating func fail(_ answer: WatchAnswer, _ problem: Problem, at now: Double) {
        let text = Printable.line(problem.message) + (problem.hint.map { "; \(Printable.line($0))" } ?? "")
        switch answer.question {
        case .summary: away = hasMonitor ? Self.silence : text
        case .count:
            guard answer.round == round else { return }
            prompt = nil
            say(text, .red, at: now)
        case .change:
            acting = nil
            say(text, .red, at: now)
        case .changeGroup: say(text, .red, at: now)
        case .job(let jid):
            if scene == .job(jid) { jobProblem = text }
        case .output(let source):
            if output?.source == source { output?.fail(problem) }
        case .overview, .list:
            // The jobs are being read, or the monitor is away, which the summary finds out.
            guard problem.code != .unavailable, answer.round == round else { return }
            say(text, .red, at: now)
        }
    }

    mutating func say(_ text: String, _ style: Style, at now: Double) { message = (text, style, now + 8) }

    // MARK: - Places

    /// Keeps the chosen row chosen when its list changed; if it is gone, the one at its place.
    private mutating func settle(_ list: WatchList, ids: [Int64]) {
        var place = places[list] ?? Place()
        if place.wantsLast {
            place.index = max(0, ids.count - 1)
            place.chosen = ids.last
            place.wantsLast = false
        } else if let chosen = place.chosen, let index = ids.firstIndex(of: chosen) {
            place.index = index
        } else {
            place.index = max(0, min(place.index, ids.count - 1))
            place.chosen = nil
        }
        places[list] = place
    }

    func ids(_ list: WatchList) -> [Int64] {
        switch list {
        case .groups: overview?.groups.map { ErrorGroup.number($0.name) ?? 0 } ?? []
        case .running, .ended, .jobs: lists[list]?.rows.map(\.jid) ?? []
        }
    }

    /// The chosen job of the list that has the keys, or the job that is open.
    var chosenJob: Int64? {
        if case .job(let jid) = scene { return jid }
        if scene == .output { return output?.source.jid }
        guard list != .groups else { return nil }
        let ids = ids(list)
        let index = places[list]?.index ?? 0
        return ids.indices.contains(index) ? ids[index] : nil
    }

    var chosenGroup: SeenOverview.Group? {
        guard list == .groups, scene == .lists, let groups = overview?.groups else { return nil }
        let index = places[.groups]?.index ?? 0
        return groups.indices.contains(index) ? groups[index] : nil
    }

    /// The lists that fit on the screen.
    var shownLists: [WatchList] {
        guard size.rows >= Self.rowsForAll else { return [list] }
        return list == .jobs ? [.groups, .jobs] : [.groups, .running, .ended]
    }

    /// Lines from which on lists stand one above the other.
    static let rowsForAll = 24
}
