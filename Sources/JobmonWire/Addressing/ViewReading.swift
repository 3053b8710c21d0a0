package import JobmonCore

/// Answers to what people look at, as the page asks for them: from a monitor, or from a ledger without one.
package protocol ViewReading: Sendable {
    /// Answers a question that changes nothing: JSON, or the bytes of a mosaic.
    /// - Throws: `.invalid` for a question that cannot be answered; `.notFound` for what is not there; `.unavailable` if
    ///   the ledger cannot be read or its monitor does not answer.
    func view(_ endpoint: PageEndpoint, _ query: QueryString) async throws(Problem) -> [UInt8]
}
