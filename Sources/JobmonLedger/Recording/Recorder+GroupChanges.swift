import JobmonCore

/// What users decide about groups of errors.
extension Recorder {
    /// Does what a user requests of a group; or finds that it is so already, or why it is refused.
    func apply(_ change: GroupChange, to group: Int64, at time: Timestamp) throws(SQLiteFailure) -> Verdict {
        var known: [Int64: GroupStanding] = [:]
        known[group] = try standing(of: group)
        if case .merge(let target) = change { known[target] = try standing(of: target) }
        if let refusal = change.refusal(of: group, known) { return Verdict(refused: refusal) }
        if let standing = known[group], change.isDone(standing) { return Verdict(group: group, changed: false) }
        switch change {
        case .mute:
            try connection.prepare("UPDATE error_group SET muted = ? WHERE id = ?")
                .put(time.description).put(group).run()
        case .unmute: try connection.prepare("UPDATE error_group SET muted = NULL WHERE id = ?").put(group).run()
        case .note(let text):
            try connection.prepare("UPDATE error_group SET note = nullif(?, '') WHERE id = ?")
                .put(text).put(group).run()
        case .merge(let target): try merge(group, into: target)
        }
        return Verdict(group: group, changed: true)
    }

    /// Gives the errors of a group to another one. The group stays, so that its key and its number lead there; so do
    /// those of groups that were merged into it before.
    private func merge(_ source: Int64, into target: Int64) throws(SQLiteFailure) {
        try connection.prepare("UPDATE error SET signature_id = ? WHERE signature_id = ?").put(target).put(source).run()
        try connection.prepare("UPDATE error_group SET merged_into = ?1 WHERE id = ?2 OR merged_into = ?2")
            .put(target).put(source).run()
        try connection.prepare(
            """
            UPDATE error_group SET note = (SELECT s.note FROM error_group s WHERE s.id = ?2)
            WHERE id = ?1 AND note IS NULL
            """
        ).put(target).put(source).run()
        groups.empty()
        batch.groups.recount(source)
        batch.groups.recount(target)
    }

    private func standing(of group: Int64) throws(SQLiteFailure) -> GroupStanding? {
        try connection.prepare("SELECT muted IS NOT NULL, note, merged_into FROM error_group WHERE id = ?")
            .put(group).first { row in
                GroupStanding(isMuted: row.bool(), note: row.optionalText(), mergedInto: row.optionalInt())
            }
    }
}
