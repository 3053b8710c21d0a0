import CJobmonPOSIX
import Glibc
package import JobmonCore

/// The processes of this host, as `/proc` shows them.
package enum ProcessTable {
    /// The living process with a pid, and its start time; nil if there is none (a zombie is over).
    package static func process(_ pid: Int32) -> ProcessIdentity? {
        var state: CChar = 0
        let started = jobmon_process_started(pid, &state)
        guard started >= 0, UInt8(bitPattern: state) != UInt8(ascii: "Z"), UInt8(bitPattern: state) != UInt8(ascii: "X")
        else { return nil }
        return ProcessIdentity(pid: pid, started: started)
    }

    /// Whether exactly this process is alive: same pid and, if known, same start time.
    package static func isAlive(_ identity: ProcessIdentity) -> Bool {
        guard let process = process(identity.pid) else { return false }
        return identity.started == nil || process.started == identity.started
    }

    /// The living processes that were started with `JOBMON_INSTANCE` set to one of the keys, by key.
    /// - Returns: nil if `/proc` cannot be read; then nothing is known.
    package static func find(instances keys: some Collection<String>) -> [String: [ProcessIdentity]]? {
        guard !keys.isEmpty else { return [:] }
        let sorted = Set(keys).map { Array($0.utf8CString) }.sorted { one, other in
            one.lazy.map { UInt8(bitPattern: $0) }.lexicographicallyPrecedes(other.lazy.map { UInt8(bitPattern: $0) })
        }
        return KeyTable.withPointers(sorted) { pointers in
            var capacity = 256
            while true {
                var found = [jobmon_found](repeating: jobmon_found(), count: capacity)
                var unsettled = 0
                let count = jobmon_find_instances(pointers, sorted.count, &found, capacity, &unsettled)
                guard count >= 0 else { return nil }
                if count > capacity {
                    capacity = count * 2
                    continue
                }
                var processes: [String: [ProcessIdentity]] = [:]
                for one in found[..<count] {
                    let key = String(decoding: sorted[one.key].dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
                    processes[key, default: []].append(ProcessIdentity(pid: one.process, started: one.started))
                }
                return processes
            }
        }
    }
}

/// C strings passed to C as an array of pointers.
private enum KeyTable {
    static func withPointers<Result>(
        _ strings: [[CChar]], _ body: ([UnsafePointer<CChar>?]) -> Result
    ) -> Result {
        let bytes = strings.flatMap { $0 }
        return bytes.withUnsafeBufferPointer { buffer in
            var pointers: [UnsafePointer<CChar>?] = []
            pointers.reserveCapacity(strings.count)
            var offset = 0
            for string in strings {
                pointers.append(buffer.baseAddress.map { $0 + offset })
                offset += string.count
            }
            return body(pointers)
        }
    }
}
