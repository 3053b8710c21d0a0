import JobmonCore

extension ErrorText {
    /// The columns of a terminal reserved for a reason in a list, if it needs them: enough for how the attempt ended,
    /// which comes first, and for 40 characters of its error.
    static let reasonWidth = endingWidth + 42
    /// The columns of `exit code 1: `.
    static let endingWidth = 13
}
