/// A user's request about a group of errors.
package enum GroupChange: Sendable, Equatable {
    /// The group is left out of lists and summaries.
    case mute
    /// The group is listed again.
    case unmute
    /// A remark of the user, which replaces the one before. Empty: there is no remark any more.
    case note(String)
    /// The errors of the group, and all later ones like them, belong to another group.
    case merge(into: Int64)

    /// The maximum number of bytes of a note.
    package static let longestNote = 4096

    /// The name of this kind of change in JSON and in the ledger.
    package var kind: String {
        switch self {
        case .mute: "mute"
        case .unmute: "unmute"
        case .note: "note"
        case .merge: "merge"
        }
    }

    /// Whether the group is as requested already.
    package func isDone(_ standing: GroupStanding) -> Bool {
        switch self {
        case .mute: standing.isMuted
        case .unmute: !standing.isMuted
        case .note(let text): (standing.note ?? "").utf8.elementsEqual(text.utf8)
        case .merge(let target): standing.mergedInto == target
        }
    }

    /// Why the change is refused; nil: it is allowed.
    /// - Parameters:
    ///   - group: the number of the group that is changed.
    ///   - standings: what the ledger has of it, and of the group that it is merged into, by their numbers.
    package func refusal(of group: Int64, _ standings: [Int64: GroupStanding]) -> Problem? {
        guard case .merge(let target) = self else {
            guard let standing = standings[group] else { return .unknown(group: group) }
            return standing.mergedInto.map { Problem.merged(group, into: $0) }
        }
        if target == group {
            return Problem(
                .contradiction, "\(ErrorGroup.name(group)) cannot be merged with itself",
                hint: "name another group; jobmon errors lists them")
        }
        for number in [group, target] where standings[number] == nil { return .unknown(group: number) }
        if let whole = standings[target]?.mergedInto { return .merged(target, into: whole) }
        if let whole = standings[group]?.mergedInto, whole != target { return .merged(group, into: whole) }
        return nil
    }
}

/// What users decided about a group of errors.
package struct GroupStanding: Sendable, Equatable {
    package var isMuted: Bool
    package var note: String?
    /// The number of the group that it is a part of; nil: it is a group of its own.
    package var mergedInto: Int64?

    package init(isMuted: Bool = false, note: String? = nil, mergedInto: Int64? = nil) {
        self.isMuted = isMuted
        self.note = note
        self.mergedInto = mergedInto
    }
}

extension Problem {
    fileprivate static func unknown(group: Int64) -> Problem {
        Problem(.notFound, "there is no group \(ErrorGroup.name(group))", hint: "jobmon errors lists them")
    }

    fileprivate static func merged(_ group: Int64, into whole: Int64) -> Problem {
        let name = ErrorGroup.name(whole)
        return Problem(
            .contradiction, "\(ErrorGroup.name(group)) is a part of \(name): it was merged into it",
            hint: "name \(name) instead")
    }
}
