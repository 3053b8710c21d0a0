import Testing

@testable import JobmonMonitor

/// The format follows the `Accept` header.
struct MetricsFormatTests {
    private static let message = "io.prometheus.client.MetricFamily"  // allowed: the name in Prometheus

    /// What the versions of Prometheus send.
    private static let scrapers: [(accept: String, format: MetricsFormat)] = [
        // Early versions of 2, without OpenMetrics
        ("text/plain;version=0.0.4;q=1,*/*;q=0.1", .prometheus),
        // Versions of 2 with the draft of OpenMetrics
        ("application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", .openMetricsDraft),
        // 2.42
        (
            """
            application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
            text/plain;version=0.0.4;q=0.5,*/*;q=0.1
            """, .openMetrics
        ),
        // The same, with native histograms
        (
            """
            application/vnd.google.protobuf;proto=\(message);encoding=delimited,\
            application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,\
            text/plain;version=0.0.4;q=0.5,*/*;q=0.1
            """, .openMetrics
        ),
        // Late versions of 2
        (
            """
            application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,\
            text/plain;version=0.0.4;q=0.3,*/*;q=0.2
            """, .openMetrics
        ),
        // 3
        (
            """
            application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,\
            application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,\
            text/plain;version=0.0.4;q=0.3,*/*;q=0.2
            """, .openMetrics
        ),
        // 3 with native histograms
        (
            """
            application/vnd.google.protobuf;proto=\(message);encoding=delimited;q=0.6,\
            application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,\
            application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,\
            text/plain;version=0.0.4;q=0.2,*/*;q=0.1
            """, .openMetrics
        ),
        // 3 with `metric_name_escaping_scheme: dots`
        (
            "application/openmetrics-text;version=1.0.0;escaping=dots;q=0.5,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
            .openMetrics
        ),
        // With `scrape_protocols` of one format
        ("text/plain;version=0.0.4;q=0.2,*/*;q=0.1", .prometheus),
        ("text/plain;version=1.0.0;escaping=allow-utf-8;q=0.2,text/plain;version=0.0.4;q=0.1", .prometheus),
        ("application/openmetrics-text;version=0.0.1;q=0.2,*/*;q=0.1", .openMetricsDraft),
    ]

    @Test(arguments: scrapers)
    func prometheusGetsWhatItPrefers(_ accept: String, _ format: MetricsFormat) {
        #expect(MetricsFormat(accept: accept) == format)
    }

    /// One media range alone.
    private static let singleRanges: [(accept: String, format: MetricsFormat)] = [
        // curl, a browser
        ("*/*", .prometheus),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8", .prometheus),
        ("text/plain", .prometheus), ("text/*", .prometheus), ("TEXT/Plain; Version=0.0.4", .prometheus),
        ("application/openmetrics-text", .openMetrics), ("Application/OpenMetrics-Text", .openMetrics),
        ("application/*", .openMetrics), ("application/openmetrics-text; charset=utf-8", .openMetrics),
        ("application/openmetrics-text;version=\"1.0.0\"", .openMetrics),
        ("application/openmetrics-text;version=\"0.0.1\"; q=0.1", .openMetricsDraft),
        ("application/openmetrics-text;q=0.5;version=0.0.1", .openMetricsDraft),
    ]

    @Test(arguments: singleRanges)
    func oneRange(_ accept: String, _ format: MetricsFormat) { #expect(MetricsFormat(accept: accept) == format) }

    /// Several media ranges with the format that they choose.
    private static let rangesTogether: [(accept: String, format: MetricsFormat)] = [
        ("text/plain;q=0.4,application/openmetrics-text;q=0.5", .openMetrics),
        ("text/plain;q=0.5,application/openmetrics-text;q=0.4", .prometheus),
        ("application/openmetrics-text;q=0.001,text/plain;q=0", .openMetrics),
        // The order counts only among equals, and precision before it.
        ("application/openmetrics-text,text/plain", .openMetrics),
        ("text/plain,application/openmetrics-text", .prometheus),
        ("*/*,application/openmetrics-text", .openMetrics),
        ("text/plain,application/openmetrics-text;version=1.0.0", .openMetrics),
        ("application/openmetrics-text;version=0.0.1,application/openmetrics-text;version=1.0.0", .openMetricsDraft),
        // The most precise range decides about a format, even if another one has more weight.
        ("text/plain;q=0.1,*/*;q=0.5", .openMetrics),
        ("text/plain;version=0.0.4;q=0.1,text/plain;q=0.9,application/openmetrics-text;q=0.5", .openMetrics),
        ("*/*;q=0.9,application/openmetrics-text;q=0", .prometheus),
        ("text/*;q=0,*/*", .openMetrics),
        ("application/openmetrics-text;version=1.0.0;q=0,application/openmetrics-text", .openMetricsDraft),
        // Other versions are other formats.
        ("application/openmetrics-text;version=2.0.0,text/plain;q=0.1", .prometheus),
        ("text/plain;version=1.0.0;q=0.9,application/openmetrics-text;q=0.2", .openMetrics),
    ]

    @Test(arguments: rangesTogether)
    func severalRanges(_ accept: String, _ format: MetricsFormat) { #expect(MetricsFormat(accept: accept) == format) }

    @Test(
        arguments: [
            nil, "", " ", ",", ";", "/", "*", "text", "text/", "/plain", "*/plain", "application/json", "text/html",
            "application/openmetrics-text;version=9", "application/openmetrics-text;q=0", "*/*;q=0",
            "application/openmetrics-text;q=2", "application/openmetrics-text;q=-1",
            "application/openmetrics-text;q=nan",
            "application/openmetrics-text;q=", "application/openmetrics-text;q=1e-1",
            "application/openmetrics-text;q=..",
            "application/openmetrics-textual", "x\"application/openmetrics-text,", "\"", "\"\\", "a/b;c=\"\\",
            "a/b;x=\",application/openmetrics-text\"", "\u{0},\u{0}/\u{0};\u{0}=\u{0}",
        ] as [String?])
    func anythingElseGetsTheDefault(_ accept: String?) { #expect(MetricsFormat(accept: accept) == .prometheus) }

    @Test(arguments: [
        " application/openmetrics-text\t;  version = 1.0.0 ; q = 0.9 , text/plain ; q=0.8",
        "a/b;x=\"1,2;3\\\"\",application/openmetrics-text", ",,application/openmetrics-text;;q=1.000,",
        "application/openmetrics-text;flag", "bogus;q=1,application/openmetrics-text;q=.5,text/plain;q=0.25",
    ])
    func spacesQuotesAndEmptyParts(_ accept: String) { #expect(MetricsFormat(accept: accept) == .openMetrics) }

    @Test func aLongHeaderIsRead() {
        let accept = String(repeating: "a/b;q=0.5,", count: 5000) + "application/openmetrics-text"
        #expect(AcceptHeader(accept).ranges.count == 5001)
        #expect(MetricsFormat(accept: accept) == .openMetrics)
    }

    @Test func contentTypes() {
        #expect(MetricsFormat.prometheus.contentType == "text/plain; version=0.0.4; charset=utf-8")
        #expect(
            MetricsFormat.openMetrics.contentType == "application/openmetrics-text; version=1.0.0; charset=utf-8")
        #expect(
            MetricsFormat.openMetricsDraft.contentType
                == "application/openmetrics-text; version=0.0.1; charset=utf-8")
        // A request that asks for what it got gets it again.
        for format in MetricsFormat.allCases { #expect(MetricsFormat(accept: format.contentType) == format) }
    }
}
