/// A metric with its samples, independent of the format in which it is written.
struct MetricFamily: Sendable, Equatable {
    enum Kind: String, Sendable {
        /// A number that only grows while the monitor runs.
        case counter
        case gauge
        case histogram
        /// Facts that are labels; the value is 1.
        case info
    }

    /// Base units only, as Prometheus recommends. The name of a family with a unit ends with it.
    enum Unit: String, Sendable {
        case seconds
        case bytes
    }

    enum Value: Sendable, Equatable {
        case integer(Int64)
        case number(Double)
        case histogram(MetricHistogram)
    }

    struct Sample: Sendable, Equatable {
        /// A label with an empty value is the same as no label.
        var labels: [String: String] = [:]
        var value: Value
        /// When a counter or histogram began to count, in seconds since 1970; nil: not known.
        var created: Double?
    }

    /// The name without the suffix that the kind adds (`_total` for counters, `_info` for facts).
    var name: String
    var kind: Kind
    var unit: Unit?
    var help: String
    var samples: [Sample]

    init(_ name: String, _ kind: Kind, unit: Unit? = nil, help: String, samples: [Sample]) {
        self.name = name
        self.kind = kind
        self.unit = unit
        self.help = help
        self.samples = samples
    }

    /// The name of its samples; those of a histogram have suffixes besides.
    var sampleName: String {
        switch kind {
        case .counter: "\(name)_total"
        case .info: "\(name)_info"
        case .gauge, .histogram: name
        }
    }
}
