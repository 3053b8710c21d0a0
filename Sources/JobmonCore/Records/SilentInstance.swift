/// A running instance that has not been heard of for a long time.
package struct SilentInstance: Sendable, Equatable {
    package var instance: InstanceReference
    /// The name of the executor that runs it.
    package var executor: String
    /// The queue of its job; nil if it has none.
    package var queue: String?

    package init(_ instance: InstanceReference, executor: String, queue: String?) {
        self.instance = instance
        self.executor = executor
        self.queue = queue
    }
}
