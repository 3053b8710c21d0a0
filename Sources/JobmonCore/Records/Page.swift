/// Selects a part of a list: the items after the id `after`, at most `limit` of them.
package struct Page: Sendable, Equatable {
    package static let maximumLimit = 10000

    package var after: Int64
    package var limit: Int

    package init(after: Int64 = 0, limit: Int = 1000) {
        self.after = after
        self.limit = min(max(1, limit), Self.maximumLimit)
    }
}

/// A page of a list, and the start of the next one.
package struct Paged<Item: Sendable>: Sendable {
    package var items: [Item]
    /// The `after` of the next page; nil if this is the last page.
    package var next: Int64?

    package init(items: [Item], next: Int64?) {
        self.items = items
        self.next = next
    }
}

extension Paged: Equatable where Item: Equatable {}
