import Synchronization

/// A mailbox with many senders and one reader, who takes all items at once. Order is kept, and nothing is dropped. Its
/// size is bounded because each sender waits for its answer or is bounded by the executor's window.
final class Mailbox<Item: Sendable>: Sendable {
    private let items = Mutex<[Item]>([])
    private let wakes: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation

    init() {
        (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func post(_ item: Item) {
        items.withLock { $0.append(item) }
        wake.yield()
    }

    func post(_ batch: [Item]) {
        items.withLock { $0 += batch }
        wake.yield()
    }

    /// Closes the mailbox: the reader ends once it has taken the rest.
    func close() { wake.finish() }

    /// The reader's side. There may be one reader only.
    func reader() -> Reader { Reader(mailbox: self, wakes: wakes.makeAsyncIterator()) }

    struct Reader {
        fileprivate let mailbox: Mailbox
        fileprivate var wakes: AsyncStream<Void>.Iterator

        /// All items, at least one; nil at the end, and if the task is cancelled.
        mutating func next() async -> [Item]? {
            while true {
                let items = mailbox.takeAll()
                if !items.isEmpty { return items }
                guard await wakes.next() != nil else { return mailbox.last() }
            }
        }
    }

    /// All items that are there now.
    func takeAll() -> [Item] {
        items.withLock { items in
            defer { items = [] }
            return items
        }
    }

    private func last() -> [Item]? {
        guard !Task.isCancelled else { return nil }
        let items = takeAll()
        return items.isEmpty ? nil : items
    }
}
