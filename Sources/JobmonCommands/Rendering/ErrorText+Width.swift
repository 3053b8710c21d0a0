import JobmonCore

extension ErrorText {
    /// Columns of a terminal that a reason has in a list, if it needs them: enough for how an attempt ended, which stands first,
    /// and for 40 characters of its error.
    static let reasonWidth = endingWidth + 42
    /// Columns of `exit code 1: `.
    static let endingWidth = 13
}
