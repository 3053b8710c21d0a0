package import JobmonCore

/// A job to be queued, with its key. There may be a million: what most do not have is in a box.
package struct NewJob: Sendable, Equatable {
    /// The key within its queue and round.
    package var key: String {
        get { packedKey.text }
        set { packedKey = JobKey(newValue) }
    }
    package var description: JobDescription {
        get { packed.value }
        set { packed = PackedDescription(newValue) }
    }
    /// Its number among equal jobs, from 1, that is part of the key; nil if the key was given by a user.
    package var occurrence: Int? {
        get { number == 0 ? nil : Int(number) }
        set { number = Int32(clamping: newValue ?? 0) }
    }
    /// The jobs of the same queue that it waits for, as the user says it.
    package var after: [DependencyReference] {
        get { waiting?.value.after ?? [] }
        set { setWaiting(newValue, place) }
    }
    /// Where it was given, for messages, such as `jobs.jsonl, line 3`; only for jobs that wait for others.
    package var place: String? {
        get { waiting?.value.place }
        set { setWaiting(after, newValue) }
    }

    private struct Waiting: Equatable {
        var after: [DependencyReference]
        var place: String?
    }

    private var packedKey: JobKey
    private var packed: PackedDescription
    private var waiting: Box<Waiting>?
    private var number: Int32

    package init(key: String, description: JobDescription, occurrence: Int? = nil) {
        packedKey = JobKey(key)
        packed = PackedDescription(description)
        number = Int32(clamping: occurrence ?? 0)
    }

    private mutating func setWaiting(_ after: [DependencyReference], _ place: String?) {
        waiting = after.isEmpty && place == nil ? nil : Box(Waiting(after: after, place: place))
    }

    package static func == (one: NewJob, other: NewJob) -> Bool {
        one.packedKey == other.packedKey && one.number == other.number && one.waiting?.value == other.waiting?.value
            && one.packed == other.packed
    }
}
