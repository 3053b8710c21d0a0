import JobmonCore

/// The columns of a snapshot as plain memory, for loops over all jobs: there a check of every index takes as long as the
/// work. Valid only within `JobSnapshot.withColumns`; rows come from a selection of the same snapshot.
struct Columns {
    let statuses: UnsafePointer<UInt8>
    let marks: UnsafePointer<UInt8>
    let attempts: UnsafePointer<UInt8>
    let causes: UnsafePointer<UInt8>
    let groups: UnsafePointer<UInt32>
    let kinds: UnsafePointer<UInt32>
    let hosts: UnsafePointer<UInt32>
    let submitted: UnsafePointer<Int64>
    let begun: UnsafePointer<Int64>
    let finished: UnsafePointer<Int64>
    let times: UnsafePointer<Float>
    let cpus: UnsafePointer<Float>

    static let running = UInt8(Status.running.rawValue)
    static let complete = UInt8(Status.complete.rawValue)
    static let failed = UInt8(Status.failed.rawValue)

    func has(_ mark: JobSnapshot.Marks, _ row: Int) -> Bool { marks[row] & mark.rawValue != 0 }
}

extension JobSnapshot {
    /// Runs `body` with the columns, and the selected rows, as plain memory. Not called if there is no row.
    func withColumns(_ selection: Selection, _ body: (Columns, UnsafeBufferPointer<UInt32>) -> Void) {
        guard rowCount > 0 else { return }
        statuses.withUnsafeBufferPointer { statuses in
            marks.withUnsafeBufferPointer { marks in
                attempts.withUnsafeBufferPointer { attempts in
                    causes.withUnsafeBufferPointer { causes in
                        withNumbers { groups, kinds, hosts in
                            withTimes { submitted, begun, finished, times, cpus in
                                guard let statuses = statuses.baseAddress, let marks = marks.baseAddress,
                                    let attempts = attempts.baseAddress, let causes = causes.baseAddress
                                else { return }
                                let columns = Columns(
                                    statuses: statuses, marks: marks, attempts: attempts, causes: causes,
                                    groups: groups, kinds: kinds, hosts: hosts, submitted: submitted, begun: begun,
                                    finished: finished, times: times, cpus: cpus)
                                selection.rows.withUnsafeBufferPointer { body(columns, $0) }
                            }
                        }
                    }
                }
            }
        }
    }

    private func withNumbers(
        _ body: (UnsafePointer<UInt32>, UnsafePointer<UInt32>, UnsafePointer<UInt32>) -> Void
    ) {
        groups.withUnsafeBufferPointer { groups in
            kinds.withUnsafeBufferPointer { kinds in
                hosts.withUnsafeBufferPointer { hosts in
                    guard let groups = groups.baseAddress, let kinds = kinds.baseAddress,
                        let hosts = hosts.baseAddress
                    else { return }
                    body(groups, kinds, hosts)
                }
            }
        }
    }

    private func withTimes(
        _ body: (
            UnsafePointer<Int64>, UnsafePointer<Int64>, UnsafePointer<Int64>, UnsafePointer<Float>,
            UnsafePointer<Float>
        ) -> Void
    ) {
        submitted.withUnsafeBufferPointer { submitted in
            begun.withUnsafeBufferPointer { begun in
                finished.withUnsafeBufferPointer { finished in
                    times.withUnsafeBufferPointer { times in
                        cpus.withUnsafeBufferPointer { cpus in
                            guard let submitted = submitted.baseAddress, let begun = begun.baseAddress,
                                let finished = finished.baseAddress, let times = times.baseAddress,
                                let cpus = cpus.baseAddress
                            else { return }
                            body(submitted, begun, finished, times, cpus)
                        }
                    }
                }
            }
        }
    }
}
