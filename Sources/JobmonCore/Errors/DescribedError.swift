/// What is kept of the error of a failed instance.
package struct DescribedError: Sendable, Equatable {
    /// The whole text: what the command wrote in the end, or what else is known.
    package var text: String
    /// The line of it that lists show: why it failed.
    package var headline: String

    package init(text: String, headline: String) {
        self.text = text
        self.headline = headline
    }

    /// A text of which nothing else is known.
    package init(_ text: String) { self.init(text: text, headline: ErrorText.headline(text)) }
}
