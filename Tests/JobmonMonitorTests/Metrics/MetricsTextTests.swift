import Testing

@testable import JobmonMonitor

/// Families are written as the two formats demand, and mistakes are found.
struct MetricsTextTests {
    private func text(_ format: MetricsFormat, _ families: MetricFamily...) throws -> String {
        String(decoding: try MetricsText(format).render(families), as: UTF8.self)
    }

    private func fault(_ families: MetricFamily..., in format: MetricsFormat = .prometheus) -> MetricsFault? {
        do throws(MetricsFault) {
            _ = try MetricsText(format).render(families)
            return nil
        } catch {
            return error
        }
    }

    private let counter = MetricFamily(
        "x_time_seconds", .counter, unit: .seconds, help: "Time.",
        samples: [
            .init(labels: ["b": "2", "a": "1"], value: .number(0.5), created: 1_769_851_800.125),
            .init(labels: ["a": "2"], value: .integer(7)),
        ])

    @Test func counters() throws {
        #expect(
            try text(.openMetrics, counter) == """
                # TYPE x_time_seconds counter
                # UNIT x_time_seconds seconds
                # HELP x_time_seconds Time.
                x_time_seconds_total{a="1",b="2"} 0.5
                x_time_seconds_created{a="1",b="2"} 1769851800.125
                x_time_seconds_total{a="2"} 7
                # EOF

                """)
        #expect(
            try text(.prometheus, counter) == """
                # HELP x_time_seconds_total Time.
                # TYPE x_time_seconds_total counter
                x_time_seconds_total{a="1",b="2"} 0.5
                x_time_seconds_total{a="2"} 7

                """)
    }

    @Test func histograms() throws {
        var histogram = MetricHistogram(bounds: [10, 0.5, 10, -1, .infinity, .nan])
        #expect(histogram.bounds == [0.5, 10])
        for value in [0.5, 0.25, -3, 10, 11, .infinity, .nan] { histogram.observe(value) }
        let family = MetricFamily(
            "x_seconds", .histogram, unit: .seconds, help: "h",
            samples: [.init(labels: ["z": "1"], value: .histogram(histogram), created: 5)])
        #expect(
            try text(.openMetrics, family) == """
                # TYPE x_seconds histogram
                # UNIT x_seconds seconds
                # HELP x_seconds h
                x_seconds_bucket{z="1",le="0.5"} 3
                x_seconds_bucket{z="1",le="10.0"} 4
                x_seconds_bucket{z="1",le="+Inf"} 7
                x_seconds_sum{z="1"} 21.75
                x_seconds_count{z="1"} 7
                x_seconds_created{z="1"} 5.0
                # EOF

                """)
        #expect(
            try text(.prometheus, family) == """
                # HELP x_seconds h
                # TYPE x_seconds histogram
                x_seconds_bucket{z="1",le="0.5"} 3
                x_seconds_bucket{z="1",le="10.0"} 4
                x_seconds_bucket{z="1",le="+Inf"} 7
                x_seconds_sum{z="1"} 21.75
                x_seconds_count{z="1"} 7

                """)
    }

    @Test func facts() throws {
        let family = MetricFamily(
            "x", .info, help: "h", samples: [.init(labels: ["version": "1"], value: .integer(1))])
        #expect(
            try text(.openMetricsDraft, family)
                == "# TYPE x info\n# HELP x h\nx_info{version=\"1\"} 1\n# EOF\n")
        #expect(
            try text(.prometheus, family)
                == "# HELP x_info h\n# TYPE x_info gauge\nx_info{version=\"1\"} 1\n")
    }

    @Test func nothing() throws {
        #expect(try text(.openMetrics) == "# EOF\n")
        #expect(try text(.prometheus) == "")
        let none = MetricFamily("x", .gauge, help: "h", samples: [])
        #expect(try text(.openMetrics, none) == "# TYPE x gauge\n# HELP x h\n# EOF\n")
    }

    @Test(arguments: [
        (0.0, "0.0"), (-0.0, "-0.0"), (1, "1.0"), (0.1, "0.1"), (1e-9, "1e-09"), (1e22, "1e+22"),
        (-.infinity, "-Inf"), (.infinity, "+Inf"), (.nan, "NaN"), (1_769_851_800.123, "1769851800.123"),
        (.leastNonzeroMagnitude, "5e-324"),
    ])
    func numbers(_ number: Double, _ written: String) throws {
        #expect(MetricsText.text(number) == written)
        let family = MetricFamily("x", .gauge, help: "h", samples: [.init(value: .number(number))])
        #expect(try text(.prometheus, family).hasSuffix("\nx \(written)\n"))
    }

    @Test func wholeNumbersAreExact() throws {
        let family = MetricFamily("x", .gauge, help: "h", samples: [.init(value: .integer(.max))])
        #expect(try text(.prometheus, family).hasSuffix("\nx 9223372036854775807\n"))
    }

    @Test(arguments: [
        ("\\", "\\\\"), ("\"", "\\\""), ("\n", "\\n"), ("\\n", "\\\\n"), ("a\r\nb", "a\r\\nb"), ("\t", "\t"),
        ("{},= #", "{},= #"), ("Zürich 🙂", "Zürich 🙂"), ("\0", "\0"), ("e\u{301}", "e\u{301}"),
        ("\u{2028}\u{85}", "\u{2028}\u{85}"), ("", ""),
    ])
    func labelsAreEscaped(_ value: String, _ written: String) throws {
        let family = MetricFamily("x", .gauge, help: "h", samples: [.init(labels: ["a": value], value: .integer(1))])
        for format in MetricsFormat.allCases {
            let bytes = try MetricsText(format).render([family])
            let line = bytes.split(separator: UInt8(ascii: "\n")).first { $0.first == UInt8(ascii: "x") }
            #expect(line.map(Array.init) == Array("x{a=\"\(written)\"} 1".utf8))
        }
    }

    // Quotes are escaped in one of them only.
    @Test func helpIsEscaped() throws {
        let family = MetricFamily("x", .gauge, help: "a \"b\" \\ c\r\nd", samples: [])
        #expect(try text(.openMetrics, family).contains("# HELP x a \\\"b\\\" \\\\ c\r\\nd\n"))
        #expect(try text(.prometheus, family).contains("# HELP x a \"b\" \\\\ c\r\\nd\n"))
    }

    @Test func theOrderOfLabelsIsFixed() throws {
        let labels = Dictionary(uniqueKeysWithValues: (0..<50).map { ("l\($0)", "v") })
        let family = MetricFamily("x", .gauge, help: "h", samples: [.init(labels: labels, value: .integer(1))])
        let written = labels.keys.sorted().map { "\($0)=\"v\"" }.joined(separator: ",")
        #expect(try text(.prometheus, family).hasSuffix("\nx{\(written)} 1\n"))
    }

    // MARK: - Faults

    private func gauge(
        _ name: String = "x", unit: MetricFamily.Unit? = nil, help: String = "h", labels: [String: String] = [:]
    ) -> MetricFamily {
        MetricFamily(name, .gauge, unit: unit, help: help, samples: [.init(labels: labels, value: .integer(1))])
    }

    private func one(
        _ kind: MetricFamily.Kind, _ value: MetricFamily.Value, created: Double? = nil
    ) -> MetricFamily {
        MetricFamily("x", kind, help: "h", samples: [.init(value: value, created: created)])
    }

    @Test func names() {
        for name in ["", "1x", "x-y", "x:y", "x y", "ä", "x\n"] {
            #expect(fault(gauge(name)) == .invalidName(name))
        }
        for name in ["x_total", "x_created", "x_bucket", "x_count", "x_sum", "x_info"] {
            #expect(fault(gauge(name)) == .reservedSuffix(name))
        }
        #expect(fault(gauge("_x1"), gauge("X"), gauge("x")) == nil)
        #expect(fault(gauge("a"), gauge("b"), gauge("a")) == .repeatedName("a"))
        #expect(fault(gauge("a"), MetricFamily("a", .counter, help: "h", samples: [])) == .repeatedName("a"))
        #expect(fault(gauge(help: "")) == .missingHelp("x"))
        #expect(fault(gauge("x_seconds", unit: .bytes)) == .wrongUnit("x_seconds"))
        #expect(fault(gauge("x", unit: .seconds)) == .wrongUnit("x"))
        #expect(fault(MetricFamily("x_bytes", .info, unit: .bytes, help: "h", samples: [])) == .wrongUnit("x_bytes"))
    }

    @Test func labels() {
        for label in ["", "1", "a-b", "__a", "le", "quantile", "a:b", "ä"] {
            #expect(fault(gauge(labels: [label: "v"])) == .invalidLabel(label, family: "x"))
        }
        let twice = MetricFamily(
            "x", .gauge, help: "h",
            samples: [
                .init(labels: ["a": "1", "b": ""], value: .integer(1)), .init(labels: ["a": "1"], value: .integer(2)),
            ])
        #expect(fault(twice) == .repeatedLabels(["a": "1"], family: "x"))
    }

    @Test func values() {
        let histogram = MetricFamily.Value.histogram(MetricHistogram(bounds: []))
        let wrong: [(MetricFamily.Kind, MetricFamily.Value)] = [
            (.counter, .integer(-1)), (.counter, .number(-0.5)), (.counter, .number(.nan)),
            (.counter, .number(.infinity)), (.counter, histogram), (.gauge, histogram), (.histogram, .integer(1)),
            (.histogram, .number(1)), (.info, .integer(2)), (.info, .number(1)), (.info, histogram),
        ]
        for (kind, value) in wrong {
            for format in MetricsFormat.allCases {
                #expect(fault(one(kind, value), in: format) == .invalidValue(family: "x"))
            }
        }
        #expect(fault(one(.histogram, histogram, created: 1)) == nil)
        for created in [0, -1, .nan, .infinity] {
            #expect(fault(one(.counter, .integer(1), created: created)) == .invalidCreated(family: "x"))
        }
        #expect(fault(one(.gauge, .integer(1), created: 1)) == .invalidCreated(family: "x"))
        #expect(fault(one(.info, .integer(1), created: 1)) == .invalidCreated(family: "x"))
    }
}
