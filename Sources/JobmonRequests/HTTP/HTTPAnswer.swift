/// The beginning of an answer, whose body is still to be read.
struct HTTPAnswer: Sendable {
    /// The number of the status, such as 200.
    var status: Int
    var body: HTTPBody
}
