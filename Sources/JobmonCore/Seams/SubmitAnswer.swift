/// What became of an order.
package enum SubmitAnswer: Sendable, Equatable {
    /// The executor has it.
    case taken(executorID: String?)
    /// It takes no more for now, and why; the same order may be handed over again later.
    case notNow(String)
    /// It does not take it, and why; it will never run.
    case refused(String)
}
