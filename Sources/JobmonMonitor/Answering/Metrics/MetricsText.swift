/// Writes families of metrics in one of the text formats.
///
/// Families and samples keep their order; labels are sorted by name. Nothing is left out: what cannot be written is a
/// fault.
struct MetricsText: Sendable {
    let format: MetricsFormat

    init(_ format: MetricsFormat) { self.format = format }

    /// The text in UTF-8.
    /// - Throws: the first fault of the families. Then there is no text.
    func render(_ families: [MetricFamily]) throws(MetricsFault) -> [UInt8] {
        var checks = MetricsChecks()
        var text = ""
        for family in families {
            try checks.check(family)
            write(family, to: &text)
        }
        if format.isOpenMetrics { text += "# EOF\n" }
        return Array(text.utf8)
    }

    private func write(_ family: MetricFamily, to text: inout String) {
        if format.isOpenMetrics {
            text += "# TYPE \(family.name) \(family.kind.rawValue)\n"
            if let unit = family.unit { text += "# UNIT \(family.name) \(unit.rawValue)\n" }
            text += "# HELP \(family.name) \(Self.escaped(family.help, quotes: true))\n"
        } else {
            let kind = family.kind == .info ? MetricFamily.Kind.gauge : family.kind
            text += "# HELP \(family.sampleName) \(Self.escaped(family.help, quotes: false))\n"
            text += "# TYPE \(family.sampleName) \(kind.rawValue)\n"
        }
        for sample in family.samples { write(sample, of: family, to: &text) }
    }

    private func write(_ sample: MetricFamily.Sample, of family: MetricFamily, to text: inout String) {
        let labels = sample.labels.sorted { $0.key < $1.key }
            .map { "\($0.key)=\"\(Self.escaped($0.value, quotes: true))\"" }
        func line(_ name: String, _ labels: [String], _ value: String) {
            text += labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels.joined(separator: ","))} \(value)\n"
        }
        switch sample.value {
        case .integer(let value): line(family.sampleName, labels, String(value))
        case .number(let value): line(family.sampleName, labels, Self.text(value))
        case .histogram(let histogram):
            for (bound, count) in histogram.cumulative {
                line("\(family.name)_bucket", labels + ["le=\"\(Self.text(bound))\""], String(count))
            }
            line("\(family.name)_sum", labels, Self.text(histogram.sum))
            line("\(family.name)_count", labels, String(histogram.count))
        }
        if format.isOpenMetrics, let created = sample.created {
            line("\(family.name)_created", labels, Self.text(created))
        }
    }

    /// A number. Whole numbers keep their `.0`, also as bounds of buckets: a series has the same labels in all formats.
    static func text(_ number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-Inf" : "+Inf" }
        return number.description
    }

    /// The text on one line: backslashes, line ends and, if asked, quotes are escaped. The rest stays as it is.
    static func escaped(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        // By scalar, since a line end after a return is one character with it.
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
