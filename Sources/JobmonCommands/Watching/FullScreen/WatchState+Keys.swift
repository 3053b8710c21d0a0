import JobmonCore
import JobmonViews
import JobmonWire

/// What keys do.
extension WatchState {
    mutating func press(_ key: ScreenKey, at now: Double) {
        if key == .gone { return end(.interrupted) }
        if key == .interrupt { return end(.interrupted) }
        isUsed = true
        message = nil
        if prompt != nil { return answer(key, at: now) }
        switch key {
        case .character("q"): end(.quit)
        case .character("?"): if scene == .help { back() } else { scenes.append(.help) }
        case .escape, .backspace: back()
        case .left where scene != .lists: back()
        default:
            switch scene {
            case .lists: inLists(key, at: now)
            case .job: inJob(key, at: now)
            case .output: inOutput(key, at: now)
            case .help: break
            }
        }
    }

    /// One step back: to what was there before, or to all jobs.
    private mutating func back() {
        if scenes.count > 1 {
            if scene == .output { output = nil }
            scenes.removeLast()
            jobTop = 0
            schedule.hurryAll()
        } else if filter != JobFilter(queue: queue) {
            select { state in
                state.filter = JobFilter(queue: state.queue)
                state.list = state.listBefore ?? state.list
                state.listBefore = nil
            }
        }
    }

    // MARK: - Lists

    private mutating func inLists(_ key: ScreenKey, at now: Double) {
        switch key {
        case .character("1"), .character("2"), .character("3"), .character("4"):
            if case .character(let digit) = key, let number = digit.wholeNumberValue,
                let wanted = WatchList(rawValue: number)
            {
                go(to: wanted)
            }
        case .tab, .right: step(1)
        case .backtab: step(-1)
        case .up, .character("k"): move(-1)
        case .down, .character("j"): move(1)
        case .pageUp: move(-(places[list]?.room ?? 10))
        case .pageDown, .character(" "): move(places[list]?.room ?? 10)
        case .home, .character("g"): move(-.max / 2)
        case .end, .character("G"): move(.max / 2)
        case .enter: open(at: now)
        case .character("/"): prompt = .filter(FilterWords.text(filter))
        case .character("s"): prompt = .sort
        case .character("m"): mute(at: now)
        case .character("R"): ask(.retry, selected: true, at: now)
        case .character("C"): ask(.cancel, selected: true, at: now)
        default: onJob(key, at: now)
        }
    }

    private mutating func step(_ by: Int) {
        let all = WatchList.allCases
        let index = (all.firstIndex(of: list) ?? 0) + by
        go(to: all[(index + all.count) % all.count])
    }

    private mutating func go(to wanted: WatchList) {
        list = wanted
        // It may have been hidden: what is known of it is old.
        if wanted != .groups { schedule.hurry(.list(wanted)) }
    }

    private mutating func move(_ by: Int) {
        let ids = ids(list)
        guard !ids.isEmpty else { return }
        var place = places[list] ?? Place()
        if by == .max / 2, list != .groups, ids.count < min(Self.mostRows, lists[list]?.count ?? 0) {
            place.top = Self.mostRows
            place.wantsLast = true
            places[list] = place
            return schedule.hurry(.list(list))
        }
        place.index = max(0, min(ids.count - 1, place.index + max(-ids.count, min(ids.count, by))))
        place.chosen = ids[place.index]
        places[list] = place
        // More rows are read before they are reached.
        if list != .groups, place.index + place.room > ids.count,
            ids.count < min(Self.mostRows, lists[list]?.count ?? 0)
        {
            places[list]?.top = max(place.top, place.index)
            schedule.hurry(.list(list))
        }
    }

    private mutating func open(at now: Double) {
        if let group = chosenGroup, let number = ErrorGroup.number(group.name) {
            select { state in
                state.filter.groups = [number]
                state.listBefore = state.listBefore ?? state.list
                state.list = .jobs
                state.places[.jobs] = nil
            }
        } else if let jid = chosenJob {
            open(job: jid)
        }
    }

    private mutating func open(job jid: Int64) {
        scenes.append(.job(jid))
        jobTop = 0
        jobProblem = nil
        if job?.jid != jid { job = nil }
        schedule.hurry(.job(jid))
    }

    /// Keys that work on the chosen job wherever it is shown.
    private mutating func onJob(_ key: ScreenKey, at now: Double) {
        switch key {
        case .character("r"): ask(.retry, selected: false, at: now)
        case .character("c"): ask(.cancel, selected: false, at: now)
        case .character("o"), .character("f"): openOutput(at: now)
        default: break
        }
    }

    private mutating func mute(at now: Double) {
        guard let group = chosenGroup else {
            return say("m mutes a group of errors: choose one in list 1", .plain, at: now)
        }
        askChange(
            .changeGroup,
            ["group": .string(group.name), "action": .string(group.isMuted ? "unmute" : "mute")])
        say("\(group.name) is \(group.isMuted ? "listed again" : "muted: it is only counted")", .plain, at: now)
        schedule.hurry(.overview)
    }

    // MARK: - One job

    private mutating func inJob(_ key: ScreenKey, at now: Double) {
        let page = max(1, size.rows - 4)
        switch key {
        case .up, .character("k"): jobTop = min(jobTop, jobTopLimit) - 1
        case .down, .character("j"): jobTop += 1
        case .pageUp: jobTop = min(jobTop, jobTopLimit) - page
        case .pageDown, .character(" "): jobTop += page
        case .home, .character("g"): jobTop = 0
        case .end, .character("G"): jobTop = .max / 2
        default: onJob(key, at: now)
        }
        jobTop = max(0, min(jobTop, jobTopLimit))
    }

    // MARK: - Output

    /// The output of the chosen job: of its latest attempt, stderr if it failed.
    private mutating func openOutput(at now: Double) {
        guard let jid = chosenJob else { return say("choose a job first", .plain, at: now) }
        let row = ((lists[list].map { [$0] } ?? []) + lists.values).lazy.flatMap(\.rows).first { $0.jid == jid }
        let latest = job.flatMap { $0.jid == jid ? $0.content.member("job")?.member("instances")?.items?.last : nil }
        let attempt = (latest?.member("retry_number")?.count).map { $0 + 1 } ?? row?.attempts ?? 1
        let failed = (latest?.member("status")?.plainText.lowercased() ?? row?.status.label.lowercased()) == "failed"
        output = WatchOutput(.init(jid: jid, attempt: max(1, attempt), stream: failed ? "stderr" : "stdout"))
        scenes.append(.output)
    }

    private mutating func inOutput(_ key: ScreenKey, at now: Double) {
        guard var shown = output else { return }
        let page = max(1, size.rows - 3)
        switch key {
        case .up, .character("k"): shown.above += 1
        case .down, .character("j"): shown.above -= 1
        case .pageUp: shown.above += page
        case .pageDown, .character(" "): shown.above -= page
        case .home, .character("g"): shown.above = .max / 2
        case .end, .character("G"), .character("f"): shown.above = 0
        case .tab, .character("o"), .character("e"):
            var source = shown.source
            source.stream = source.stream == "stdout" ? "stderr" : "stdout"
            shown = WatchOutput(source)
        case .character("["), .character("]"):
            var source = shown.source
            source.attempt = max(1, source.attempt + (key == .character("[") ? -1 : 1))
            if source != shown.source { shown = WatchOutput(source) }
        case .character("r"), .character("c"): return onJob(key, at: now)
        default: break
        }
        shown.above = max(0, min(shown.above, max(0, shown.lines.count - 1)))
        output = shown
    }

    // MARK: - Acting

    /// - Parameter selected: all jobs that the filter selects; else the chosen job or group.
    private mutating func ask(_ kind: WatchAction.Kind, selected: Bool, at now: Double) {
        var action = WatchAction(kind: kind, filter: filter, words: "")
        if selected {
            guard filter != JobFilter() else {
                return say(
                    "\(kind == .retry ? "R" : "C") is for a selection: set a filter with / first", .plain, at: now)
            }
            action.words = "of \(Printable.line(FilterWords.text(filter)))"
        } else if let group = chosenGroup, let number = ErrorGroup.number(group.name) {
            action.filter.groups = [number]
            action.words = "of \(group.name)"
        } else if let jid = chosenJob {
            action.filter = JobFilter(jids: [jid])
            action.job = jid
            action.words = named(jid)
        } else {
            let reason = isListRead ? "there is nothing chosen" : "the list is still being read: press the key again"
            return say(reason, .plain, at: now)
        }
        guard hasMonitor else {
            return say("no monitor serves the directory: use jobmon \(kind.rawValue)\(again)", .red, at: now)
        }
        count(action)
    }

    /// The name and params of a job in a list, in parentheses; empty: it is in none.
    private func named(_ jid: Int64) -> String {
        guard let row = lists.values.lazy.flatMap(\.rows).first(where: { $0.jid == jid }) else { return "" }
        let words = [row.name, row.params].filter { !$0.isEmpty }.joined(separator: " ")
        return words.isEmpty ? "" : "(\(DisplayWidth.cut(words, to: 40)))"
    }

    private mutating func count(_ action: WatchAction) {
        prompt = .counting(action)
        askCount(action.filter, memory: action.memory, runtime: action.runtime)
    }

    mutating func takeCount(_ count: SeenCount, at now: Double) {
        guard case .counting(let action) = prompt else { return }
        let jobs = action.kind == .retry ? count.retry : count.cancel
        guard jobs > 0 else {
            prompt = nil
            let states = action.kind == .retry ? "failed or cancelled" : "waiting or running"
            return say("nothing to \(action.kind.rawValue): no job of these is \(states)", .plain, at: now)
        }
        prompt = .confirm(action, jobs: jobs, continuing: action.kind == .retry ? count.continuing : nil)
    }

    mutating func takeChange(_ json: JSON, at now: Double) {
        schedule.hurryAll()
        guard let (action, continuing) = acting else { return }
        acting = nil
        let done = json.member("done")?.count ?? 0
        let refused = json.member("refused")?.count ?? 0
        let verb = action.kind == .retry ? "queued again" : "cancelled"
        var text = "\(Units.count(done, "job")) \(done == 1 ? "is" : "are") \(verb)\(action.change)"
        if refused > 0 { text += ", \(Units.grouped(refused)) refused" }
        if done > 0, let continuing { text += "; nobody works on the queue: \(continuing)" }
        say(text, refused > 0 ? .yellow : .green, at: now)
        // It is to be typed.
        if continuing != nil { message?.until = now + 60 }
    }

    // MARK: - Prompts

    private mutating func answer(_ key: ScreenKey, at now: Double) {
        guard let asked = prompt else { return }
        if key == .escape {
            prompt = nil
            return
        }
        switch asked {
        case .filter(let text):
            switch key {
            case .enter: setFilter(text, at: now)
            default: prompt = .filter(Self.edited(text, key))
            }
        case .sort: setSort(key, at: now)
        case .counting: break
        case .confirm(let action, let jobs, let continuing):
            confirm(key, action, jobs: jobs, continuing: continuing, at: now)
        case .amount(var action, let amount, let text):
            switch key {
            case .enter:
                action.memory = amount == .memory ? text : nil
                action.runtime = amount == .runtime ? text : nil
                count(action)
            default: prompt = .amount(action, amount, Self.edited(text, key))
            }
        }
    }

    /// The longest text that can be typed.
    private static let longest = 1000

    private static func edited(_ text: String, _ key: ScreenKey) -> String {
        switch key {
        case .character(let character): text.count < longest ? text + String(character) : text
        case .backspace: String(text.dropLast())
        case .clear: ""
        default: text
        }
    }

    private mutating func setFilter(_ text: String, at now: Double) {
        do throws(Problem) {
            var wanted = try FilterWords.filter(text)
            if let queue, let other = wanted.queue, other != queue {
                throw Problem(
                    .invalid, "this screen is for the queue \(queue)", hint: "use jobmon watch --queue \(other)")
            }
            if let queue { wanted.queue = queue }
            select { state in
                state.filter = wanted
                state.prompt = nil
                state.places = [:]
                guard wanted != JobFilter(queue: state.queue) else {
                    state.list = state.listBefore ?? state.list
                    state.listBefore = nil
                    return
                }
                state.listBefore = state.listBefore ?? state.list
                state.list = .jobs
            }
        } catch {
            say(Printable.line(error.message) + (error.hint.map { "; \(Printable.line($0))" } ?? ""), .red, at: now)
        }
    }

    /// The key of each column that the jobs can be sorted by.
    static let sortKeys: [(key: Character, column: RowOrder.Column)] = [
        ("j", .jid), ("s", .status), ("n", .name), ("h", .host), ("t", .time), ("m", .memory), ("w", .wait),
        ("a", .attempts), ("c", .cpu), ("e", .end), ("q", .submitted),
    ]

    private mutating func setSort(_ key: ScreenKey, at now: Double) {
        prompt = nil
        guard case .character(let letter) = key, let column = Self.sortKeys.first(where: { $0.key == letter })?.column
        else { return }
        // First what is most interesting, then the other way round.
        let fallsFirst: Set<RowOrder.Column> = [.time, .memory, .wait, .attempts, .cpu, .end]
        let falls = sort.column == column ? !sort.falls : fallsFirst.contains(column)
        reorder { state in
            state.sort = RowOrder(column, falls: falls)
            state.list = .jobs
            state.places[.jobs] = nil
        }
    }

    private mutating func confirm(
        _ key: ScreenKey, _ action: WatchAction, jobs: Int, continuing: String?, at now: Double
    ) {
        switch key {
        case .character("y"):
            prompt = nil
            askChange(.act, action.body(expect: jobs))
            acting = (action, continuing)
            say("asking the monitor", .faint, at: now)
        case .character("m") where action.kind == .retry: prompt = .amount(action, .memory, "1.5x")
        case .character("t") where action.kind == .retry: prompt = .amount(action, .runtime, "1.5x")
        case .character("n"), .character("q"), .backspace: prompt = nil
        default: break
        }
    }
}
