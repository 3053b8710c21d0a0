/// The text formats in which `/metrics` answers.
enum MetricsFormat: Sendable, Hashable, CaseIterable {
    /// The Prometheus text format 0.0.4, which every scraper reads; the default.
    case prometheus
    /// OpenMetrics 1.0.
    case openMetrics
    /// The draft of OpenMetrics that early versions of Prometheus 2 ask for. What is written here is the same as in 1.0.
    case openMetricsDraft

    /// The format that a request prefers: the one with the highest weight in its `Accept` header; among equals the one
    /// that is named more precisely, then the one that is named first, then the default.
    ///
    /// Of the parameters only `version` counts. The names of all metrics are valid under every `escaping` that
    /// Prometheus 3 asks for, and the text is always UTF-8. A request that accepts none of the formats gets the
    /// default, as Prometheus demands.
    init(accept: String?) {
        let header = AcceptHeader(accept ?? "")
        let offers = Self.allCases.compactMap { format in Offer(format, header) }
        // The first of equals: the order of the cases.
        var best = offers.first
        for offer in offers.dropFirst() where best.map({ offer.isBetter(than: $0) }) ?? true { best = offer }
        self = best?.format ?? .prometheus
    }

    /// The `Content-Type` of an answer in this format.
    var contentType: String { "\(type)/\(subtype); version=\(version); charset=utf-8" }

    var isOpenMetrics: Bool { self != .prometheus }

    private var type: String { isOpenMetrics ? "application" : "text" }

    private var subtype: String { isOpenMetrics ? "openmetrics-text" : "plain" }

    private var version: String {
        switch self {
        case .prometheus: "0.0.4"
        case .openMetrics: "1.0.0"
        case .openMetricsDraft: "0.0.1"
        }
    }

    /// How precisely a media range names this format; nil if it does not include it.
    private func precision(of range: AcceptHeader.MediaRange) -> Int? {
        if range.type == "*" { return 0 }
        guard range.type == type else { return nil }
        if range.subtype == "*" { return 1 }
        guard range.subtype == subtype else { return nil }
        guard let wanted = range.parameters["version"] else { return 2 }
        return wanted == version ? 3 : nil
    }

    /// A format that a header accepts, with the media range that decides about it: the most precise one.
    private struct Offer {
        var format: MetricsFormat
        var quality = 0.0
        var precision = -1
        var position = 0

        init?(_ format: MetricsFormat, _ header: AcceptHeader) {
            self.format = format
            for (position, range) in header.ranges.enumerated() {
                guard let precision = format.precision(of: range), precision > self.precision else { continue }
                (self.precision, self.quality, self.position) = (precision, range.quality, position)
            }
            if quality == 0 { return nil }
        }

        func isBetter(than other: Offer) -> Bool {
            if quality != other.quality { return quality > other.quality }
            if precision != other.precision { return precision > other.precision }
            return position < other.position
        }
    }
}
