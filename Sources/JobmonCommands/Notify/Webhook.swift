import Glibc
import JobmonCore
import JobmonSystem

/// The URL of a webhook. Whoever knows it can post there, so it is a secret: only curl gets it, on its stdin. It is in
/// no message, no list of processes and no file of jobmon's.
struct Webhook: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible {
    private let url: String

    /// The option that says where it is read from.
    static let option = "--notify-url-from"
    /// Bytes that a URL may have.
    private static let longest = 8192

    /// For a value that is printed by mistake.
    var description: String { "a webhook" }
    var debugDescription: String { description }

    /// Reads it from where the option says: `env:NAME`, or a file.
    /// - Throws: `CommandFailure` if there is none or it is invalid. Its text is not a part of the message.
    init(from source: String) throws {
        guard !Self.isURL(source) else {
            throw CommandFailure(
                .usage, "\(Self.option) takes the name of a file or variable, not the URL: a command line is no secret",
                hint: "write the URL into a file with mode 0600, or use \(Self.option) env:NAME")
        }
        let text: String
        if let name = Self.variable(source) {
            guard let value = Terminal.environment(name), !value.isEmpty else {
                throw Self.refusal(source, "the variable \(name) is not set")
            }
            text = value
        } else {
            text = try Self.content(of: source)
        }
        try self.init(text, from: source)
    }

    /// - Parameter source: where it was read from, for messages.
    init(_ text: String, from source: String) throws {
        var url = text[...]
        while url.first?.isWhitespace ?? false { url.removeFirst() }
        while url.last?.isWhitespace ?? false { url.removeLast() }
        guard Self.isURL(String(url)) else {
            throw Self.refusal(source, "the URL does not begin with https:// or http://")
        }
        guard url.utf8.count <= Self.longest, !url.unicodeScalars.contains(where: Self.isForbidden) else {
            throw Self.refusal(source, "the URL is too long, or contains blanks or control characters")
        }
        self.url = String(url)
    }

    /// The variable of `env:NAME`; nil: the source is a file.
    static func variable(_ source: String) -> String? {
        source.hasPrefix("env:") ? String(source.dropFirst("env:".count)) : nil
    }

    /// What curl reads as its configuration: the URL, and the message to post there.
    func configuration(posting message: String) -> String {
        // Without `Expect`, a receiver gets the message at once.
        let settings = [
            ("url", url), ("user-agent", "jobmon/\(JobmonVersion.current)"),
            ("header", "Content-Type: application/json"), ("header", "Expect:"), ("data-binary", message),
        ]
        return settings.map { "\($0.0) = \"\(Self.quoted($0.1))\"\n" }.joined()
    }

    /// A value between double quotes of curl's configuration. The message is JSON in one line, and begins with a brace:
    /// it is no name of a file.
    private static func quoted(_ value: String) -> String {
        var text = ""
        for scalar in value.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { text.unicodeScalars.append("\\") }
            text.unicodeScalars.append(scalar)
        }
        return text
    }

    private static func isURL(_ text: String) -> Bool {
        for scheme in ["https://", "http://"] where text.prefix(scheme.count).lowercased() == scheme {
            guard let next = text.dropFirst(scheme.count).first else { return false }
            return !"/?#".contains(next)
        }
        return false
    }

    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value <= 0x20 || (0x7F...0xA0).contains(scalar.value) || scalar.properties.isWhitespace
    }

    /// The content of a file that nobody else can read.
    private static func content(of path: String) throws -> String {
        // A pipe that nobody writes to is not waited for.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            let reason = SystemError.text()
            let isVariable = Terminal.environment(path) != nil
            throw refusal(
                path, "the file cannot be read: \(reason)",
                hint: isVariable ? "for the environment variable, write env:\(path)" : nil)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw refusal(path, "it is not a regular file")
        }
        guard status.st_uid == geteuid() else { throw refusal(path, "the file belongs to another user") }
        guard status.st_mode & 0o077 == 0 else {
            throw refusal(
                path, "other users have access to the file",
                hint: "make it private: chmod 600 \(ShellWord.quoted(path))")
        }
        guard let bytes = Descriptor.read(descriptor, from: 0, atMost: longest + 16),
            let text = String(validating: bytes, as: UTF8.self)
        else { throw refusal(path, "the file cannot be read, or is not UTF-8") }
        return text
    }

    private static func refusal(_ source: String, _ what: String, hint: String? = nil) -> CommandFailure {
        CommandFailure(.usage, "\(option) \(source): \(what)", hint: hint)
    }
}
