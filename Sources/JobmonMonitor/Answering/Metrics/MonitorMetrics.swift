import JobmonCore

/// The figures of a monitor at one moment, as `/metrics` shows them.
///
/// Figures that are nil are not shown. The names of metrics are an interface: docs/monitoring/README.md lists them.
struct MonitorMetrics: Sendable, Equatable {
    /// The version of the program.
    var version: String
    /// When the monitor started; its counters count from then.
    var started: Timestamp

    // MARK: - The ledger

    /// The number of jobs by queue and status; `""` stands for the jobs of no queue.
    var jobs: [String: [Status: Int]]
    /// Running instances that have not been heard of for a long time.
    var late: Int
    /// The number of rows in `error`.
    var errors: Int
    /// The ledger's latest sequence number.
    var sequence: Int64
    /// COMPLETE jobs that may not have done their work.
    var doubtfulJobs: Int?
    var groups: GroupFigures?
    /// When the oldest job that waits to run (QUEUED or SUBMITTED) was given; nil: none waits.
    var oldestWaiting: Timestamp?
    /// When the latest event was recorded; nil: there is none.
    var lastEvent: Timestamp?

    // MARK: - The work of this process

    var writer = EventWriterStatistics()
    var ends = EndFigures()
    /// The number of answers by HTTP status.
    var requests: [Int: Int] = [:]
    var page: PageFigures?
    var process: ProcessFigures?
    var disk: DiskFigures?

    /// The errors by their cause.
    struct GroupFigures: Sendable, Equatable {
        /// The groups that are not muted, by number, with the number of their jobs. Only the largest are shown one by
        /// one, but all are counted.
        var jobs: [Int64: Int]
        /// The number of muted groups.
        var muted: Int
    }

    /// The page that shows the jobs in a browser.
    struct PageFigures: Sendable, Equatable {
        /// Sessions that are open.
        var sessions: Int
        /// The size of the last snapshot; nil: none was made yet.
        var snapshotBytes: Int?
    }

    init(version: String, started: Timestamp, jobs: [String: [Status: Int]], late: Int, errors: Int, sequence: Int64) {
        self.version = version
        self.started = started
        self.jobs = jobs
        self.late = late
        self.errors = errors
        self.sequence = sequence
    }

    /// The text of `/metrics`.
    /// - Throws: a mistake in this code, such as two metrics with the same name; never because of the figures.
    func render(_ format: MetricsFormat) throws(MetricsFault) -> [UInt8] {
        try MetricsText(format).render(families)
    }

    /// All metrics, in the order in which they are shown.
    var families: [MetricFamily] { jobFamilies + recordingFamilies + processFamilies }
}

extension MonitorMetrics {
    func gauge(
        _ name: String, unit: MetricFamily.Unit? = nil, _ help: String, _ samples: [MetricFamily.Sample]
    ) -> MetricFamily {
        MetricFamily(name, .gauge, unit: unit, help: help, samples: samples)
    }

    func gauge(_ name: String, unit: MetricFamily.Unit? = nil, _ help: String, _ value: Int64) -> MetricFamily {
        gauge(name, unit: unit, help, [.init(value: .integer(value))])
    }

    func gauge(_ name: String, _ help: String, _ value: Int) -> MetricFamily { gauge(name, help, Int64(value)) }

    /// A moment. Without one there is no sample: 0 would be a moment in 1970.
    func moment(_ name: String, _ help: String, _ time: Timestamp?) -> MetricFamily {
        gauge(name, unit: .seconds, help, time.map { [.init(value: .number(Self.seconds($0)))] } ?? [])
    }

    /// A counter since the start of the monitor. Its name is without `_total`.
    func counter(
        _ name: String, _ help: String, _ samples: [(labels: [String: String], value: Int)]
    ) -> MetricFamily {
        MetricFamily(
            name, .counter, help: help,
            samples: samples.map { sample in
                .init(labels: sample.labels, value: .integer(Int64(max(0, sample.value))), created: created)
            })
    }

    func counter(_ name: String, _ help: String, _ value: Int) -> MetricFamily { counter(name, help, [([:], value)]) }

    /// When the counters began; nil if the clock stands before 1970.
    var created: Double? { started.milliseconds > 0 ? Self.seconds(started) : nil }

    static func seconds(_ time: Timestamp) -> Double { Double(time.milliseconds) / 1000 }
}
