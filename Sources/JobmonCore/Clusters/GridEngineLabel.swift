/// Labels of lines that `qstat -j` prints. Sun's Grid Engine and its older descendants write some of them with a blank
/// (`hard resource_list:`, `error reason`), Univa's and Open Cluster Scheduler with `_` (`hard_resource_list:`,
/// `error_reason`).
package enum GridEngineLabel {
    /// Whether a line begins with a label.
    /// - Parameter label: with `_` between its words.
    package static func begins(_ line: some StringProtocol, _ label: String) -> Bool {
        let bytes = line.utf8.prefix(label.utf8.count)
        guard bytes.count == label.utf8.count else { return false }
        return zip(bytes, label.utf8).allSatisfy { byte, wanted in
            byte == wanted || wanted == UInt8(ascii: "_") && byte == UInt8(ascii: " ")
        }
    }
}
