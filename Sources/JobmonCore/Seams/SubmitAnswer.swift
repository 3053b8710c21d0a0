/// The answer to an order.
package enum SubmitAnswer: Sendable, Equatable {
    /// The executor has taken it.
    case taken(executorID: String?)
    /// The executor takes no more for now, and why. The same order may be handed over again later.
    case notNow(String)
    /// The executor refuses it, and why. It will never run.
    case refused(String)
}
