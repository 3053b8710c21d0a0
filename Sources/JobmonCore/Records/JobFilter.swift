/// Selects jobs. All conditions must hold; an empty condition always holds. Forgotten jobs are never selected.
package struct JobFilter: Sendable, Equatable {
    package var statuses: [Status]
    package var queue: String?
    /// The name, or a pattern: `*` stands for any text, `?` for one character, `[ab]` for one of these.
    package var name: String?
    /// Named params and the text of their values: a number in a job's params matches its text.
    package var params: [Param]
    package var jids: [Int64]
    /// The same as ranges, as users give them.
    package var numbers: JobNumbers
    /// Causes of the latest instance; one of them must match.
    package var causes: [Cause]
    /// Hosts of the latest instance; one of them must match.
    package var hosts: [String]
    /// The job was queued, or its latest instance started or ended, at this time or later.
    package var since: Timestamp?
    /// Numbers of groups of errors; an attempt of the job must have failed with an error of one of them.
    package var groups: [Int64]
    /// Only those that are COMPLETE and may not have done their work.
    package var doubtful: Bool
    /// Only those that are RUNNING and have not been heard of for a long time.
    package var late: Bool

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
        numbers: JobNumbers = JobNumbers([]), causes: [Cause] = [], hosts: [String] = [], since: Timestamp? = nil,
        groups: [Int64] = [], doubtful: Bool = false, late: Bool = false
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
        self.groups = groups
        self.doubtful = doubtful
        self.late = late
    }

    /// Whether the name has wildcard characters.
    package var nameIsPattern: Bool { name.map { $0.contains { "*?[".contains($0) } } ?? false }
}
