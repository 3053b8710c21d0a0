import JobmonCore

/// The monitor's process, its disk and its page.
extension MonitorMetrics {
    var processFamilies: [MetricFamily] {
        var families: [MetricFamily] = []
        if let page {
            families.append(gauge("jobmon_page_sessions", "Open sessions of the page.", page.sessions))
            if let bytes = page.snapshotBytes {
                families.append(
                    gauge(
                        "jobmon_snapshot_size_bytes", unit: .bytes, "Size of the last snapshot for the page.",
                        Int64(bytes)))
            }
        }
        if let disk {
            families += [
                gauge("jobmon_ledger_size_bytes", unit: .bytes, "Size of the ledger on disk.", disk.ledgerBytes),
                gauge(
                    "jobmon_filesystem_avail_bytes", unit: .bytes,
                    "Space that is left for the monitor in the file system of its directory.", disk.availableBytes),
                gauge(
                    "jobmon_filesystem_size_bytes", unit: .bytes, "Size of the file system of the directory.",
                    disk.totalBytes),
            ]
        }
        families.append(
            MetricFamily(
                "jobmon_build", .info, help: "The version of the monitor.",
                samples: [.init(labels: ["version": version], value: .integer(1))]))
        if let process { families += Self.families(process) }
        return families
    }

    private static func families(_ process: ProcessFigures) -> [MetricFamily] {
        func gauge(
            _ name: String, _ unit: MetricFamily.Unit?, _ help: String, _ value: MetricFamily.Value
        ) -> MetricFamily {
            MetricFamily(name, .gauge, unit: unit, help: help, samples: [.init(value: value)])
        }
        var families = [
            gauge("process_resident_memory_bytes", .bytes, "Resident memory.", .integer(process.residentBytes)),
            gauge("process_virtual_memory_bytes", .bytes, "Virtual memory.", .integer(process.virtualBytes)),
            MetricFamily(
                "process_cpu_seconds", .counter, unit: .seconds, help: "Processor time, user and system.",
                samples: [
                    .init(
                        value: .number(max(0, process.cpuSeconds)),
                        created: process.started > 0 ? process.started : nil)
                ]),
            gauge("process_start_time_seconds", .seconds, "When the process started.", .number(process.started)),
            gauge("process_open_fds", nil, "Open file descriptors.", .integer(Int64(process.openDescriptors))),
        ]
        if let maximum = process.maximumDescriptors {
            families.append(gauge("process_max_fds", nil, "Maximum open file descriptors.", .integer(maximum)))
        }
        return families
    }
}
