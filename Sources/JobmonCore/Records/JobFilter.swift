/// Which jobs are wanted. Every condition must hold; an empty one always does. Jobs that were forgotten never pass.
package struct JobFilter: Sendable, Equatable {
    package var statuses: [Status]
    package var queue: String?
    /// The name, or a pattern of names: `*` stands for any text, `?` for a character, `[ab]` for one of these.
    package var name: String?
    /// Named params and the text of their values: a number in a job's params matches its text.
    package var params: [Param]
    package var jids: [Int64]
    /// The same as ranges, as people give them.
    package var numbers: JobNumbers
    /// Of the latest instance; one of them.
    package var causes: [Cause]
    /// Where the latest instance ran; one of them.
    package var hosts: [String]
    /// The job was queued, or its latest instance began or ended, at this time or later.
    package var since: Timestamp?

    package struct Param: Sendable, Equatable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package init(
        statuses: [Status] = [], queue: String? = nil, name: String? = nil, params: [Param] = [], jids: [Int64] = [],
        numbers: JobNumbers = JobNumbers([]), causes: [Cause] = [], hosts: [String] = [], since: Timestamp? = nil
    ) {
        self.statuses = statuses
        self.queue = queue
        self.name = name
        self.params = params
        self.jids = jids
        self.numbers = numbers
        self.causes = causes
        self.hosts = hosts
        self.since = since
    }

    /// The name has characters that stand for others.
    package var nameIsPattern: Bool { name.map { $0.contains { "*?[".contains($0) } } ?? false }
}
