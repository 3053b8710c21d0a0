/// A part of a list: what comes after the id `after`, at most `limit` of them.
package struct Page: Sendable, Equatable {
    package static let maximumLimit = 10000

    package var after: Int64
    package var limit: Int

    package init(after: Int64 = 0, limit: Int = 1000) {
        self.after = after
        self.limit = min(max(1, limit), Self.maximumLimit)
    }
}

/// A page of a list, and where the next one starts.
package struct Paged<Item: Sendable>: Sendable {
    package var items: [Item]
    /// The `after` of the next page; nil when this is the last.
    package var next: Int64?

    package init(items: [Item], next: Int64?) {
        self.items = items
        self.next = next
    }
}

extension Paged: Equatable where Item: Equatable {}
