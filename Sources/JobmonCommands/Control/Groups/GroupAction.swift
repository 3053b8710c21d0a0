import ArgumentParser
import Jobmon
import JobmonCore
import JobmonViews

/// A change of groups of errors by a user, with its messages.
struct GroupAction {
    /// A group and its change.
    struct Item {
        var group: Int64
        var change: GroupChange
    }

    private let access: DirectoryAccess

    init(_ access: DirectoryAccess) { self.access = access }

    /// Makes one change of groups that users name; groups that were merged stand for those that they are a part of.
    func perform(_ change: GroupChange, on groups: [GroupArgument]) async throws {
        let numbers = try await NamedGroups(reading: access.reading).resolved(groups.map(\.number))
        try await perform(numbers.map { Item(group: $0, change: change) })
    }

    /// Records the changes, and says on stderr what became of each.
    /// - Throws: a `Problem` if one of them is refused: then none was made; `ExitCode` 1 if the ledger changed in the
    ///   meantime and refused one.
    func perform(_ items: [Item]) async throws {
        let standings = try await NamedGroups(reading: access.reading).standings(items.flatMap(\.groups))
        for item in items {
            if let refusal = item.change.refusal(of: item.group, standings) { throw refusal }
        }
        let sizes = try await sizes(items)
        let results = try await access.record(items.map { Fact.group($0.group, $0.change) })
        for (item, result) in zip(items, results) {
            if let problem = result.problem {
                Messages.say("refused: \(Printable.line(problem.description))")
            } else {
                let text = item.outcome(isNew: result.outcome == .recorded, errors: sizes[item.group] ?? 0)
                Messages.say(Printable.line(text))
            }
        }
        if results.contains(where: { $0.outcome == .refused }) { throw ExitCode(ExitStatus.failed.rawValue) }
    }

    /// The numbers of errors of the groups that will have none when they are merged.
    private func sizes(_ items: [Item]) async throws(Problem) -> [Int64: Int] {
        let sources = items.filter { if case .merge = $0.change { true } else { false } }.map(\.group)
        guard !sources.isEmpty else { return [:] }
        let groups = try await GroupQuery(reading: access.reading, filter: JobFilter(groups: sources)).groups().groups
        return Dictionary(uniqueKeysWithValues: groups.map { ($0.number, $0.errors) })
    }
}

extension GroupAction.Item {
    /// The groups that it is about.
    fileprivate var groups: [Int64] { if case .merge(let target) = change { [group, target] } else { [group] } }

    /// The state of the group after the change.
    /// - Parameters:
    ///   - isNew: whether the change changed anything.
    ///   - errors: the number of errors that the group had before it was merged.
    fileprivate func outcome(isNew: Bool, errors: Int) -> String {
        let name = ErrorGroup.name(group)
        switch change {
        case .mute:
            return isNew ? "\(name) is muted: it is left out of lists and summaries" : "\(name) is already muted"
        case .unmute: return isNew ? "\(name) is listed again" : "\(name) is not muted"
        case .note(""): return isNew ? "\(name) has no note any more" : "\(name) has no note"
        case .note(let text): return isNew ? "\(name) has the note: \(text)" : "\(name) has this note already"
        case .merge(let target):
            let whole = ErrorGroup.name(target)
            return isNew
                ? "\(name) (\(Units.count(errors, "error"))) is a part of \(whole) now"
                : "\(name) is already a part of \(whole)"
        }
    }
}
