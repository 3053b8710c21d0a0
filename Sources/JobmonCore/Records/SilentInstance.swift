/// A running instance of which nothing was heard for long.
package struct SilentInstance: Sendable, Equatable {
    package var instance: InstanceReference
    /// The word for the executor that has it.
    package var executor: String
    /// The queue of its job; nil: it has none.
    package var queue: String?

    package init(_ instance: InstanceReference, executor: String, queue: String?) {
        self.instance = instance
        self.executor = executor
        self.queue = queue
    }
}
