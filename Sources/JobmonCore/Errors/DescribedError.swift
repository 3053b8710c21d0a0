/// What is kept of the error of a failed instance.
package struct DescribedError: Sendable, Equatable {
    /// The whole text: what the command wrote in the end, or what else is known.
    package var text: String
    /// The line of it that lists show: why it failed.
    package var headline: String
    /// What the output was read as, from which its group is made.
    package var reading: ErrorReading

    package init(text: String, headline: String, reading: ErrorReading) {
        self.text = text
        self.headline = headline
        self.reading = reading
    }

    /// A text of which nothing else is known.
    package init(_ text: String) {
        let reading = ErrorReading(text)
        self.init(text: text, headline: reading.headline, reading: reading)
    }
}
