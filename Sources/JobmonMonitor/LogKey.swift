/// The names of the metadata of log lines.
enum LogKey {
    static let error = "error"
    static let events = "events"
    static let file = "file"
    static let method = "method"
    static let path = "path"
    static let address = "address"
    static let port = "port"
    static let instance = "instance"
    static let problem = "problem"
    static let event = "event"
}
