/// The order in which jobs start where all of them fit: a higher priority first, then a lower number.
package struct StartRank: Sendable, Comparable {
    package var priority: Int32
    package var jid: Int64

    package init(priority: Int32 = 0, jid: Int64) {
        self.priority = priority
        self.jid = jid
    }

    package static func < (one: StartRank, other: StartRank) -> Bool {
        one.priority != other.priority ? one.priority > other.priority : one.jid < other.jid
    }
}
