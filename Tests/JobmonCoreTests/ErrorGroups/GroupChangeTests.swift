import JobmonCore
import Testing

/// Which requests about groups are allowed.
struct GroupChangeTests {
    /// 7 was merged into 3.
    private static let standings: [Int64: GroupStanding] = [
        3: GroupStanding(note: "why"), 4: GroupStanding(isMuted: true), 7: GroupStanding(mergedInto: 3),
    ]

    private func refusal(_ change: GroupChange, of group: Int64) -> Problem? {
        change.refusal(of: group, Self.standings)
    }

    @Test func isAllowed() {
        for change in [GroupChange.mute, .unmute, .note("x"), .note(""), .merge(into: 4)] {
            #expect(refusal(change, of: 3) == nil)
        }
        // Again into the same group.
        #expect(refusal(.merge(into: 3), of: 7) == nil)
    }

    @Test func unknownGroups() {
        for change in [GroupChange.mute, .unmute, .note("x"), .merge(into: 3)] {
            let problem = refusal(change, of: 9)
            #expect(problem?.code == .notFound && problem?.message == "there is no group E9")
            #expect(problem?.hint == "jobmon errors lists them")
        }
        #expect(refusal(.merge(into: 9), of: 3)?.message == "there is no group E9")
    }

    @Test func itself() {
        #expect(refusal(.merge(into: 3), of: 3)?.message == "E3 cannot be merged with itself")
    }

    @Test func mergedGroups() {
        let merged = "E7 is a part of E3: it was merged into it"
        for change in [GroupChange.mute, .unmute, .note("x"), .merge(into: 4)] {
            #expect(refusal(change, of: 7)?.message == merged)
        }
        let target = refusal(.merge(into: 7), of: 4)
        #expect(target?.code == .contradiction && target?.message == merged && target?.hint == "name E3 instead")
    }

    @Test func isDone() {
        #expect(GroupChange.mute.isDone(GroupStanding(isMuted: true)))
        #expect(!GroupChange.mute.isDone(GroupStanding()))
        #expect(GroupChange.unmute.isDone(GroupStanding()))
        #expect(GroupChange.note("").isDone(GroupStanding()))
        #expect(!GroupChange.note("").isDone(GroupStanding(note: "x")))
        #expect(GroupChange.note("x").isDone(GroupStanding(note: "x")))
        #expect(GroupChange.merge(into: 3).isDone(GroupStanding(mergedInto: 3)))
        #expect(!GroupChange.merge(into: 3).isDone(GroupStanding()))
    }
}
