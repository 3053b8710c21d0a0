/// The version of this program, as shown by `--version`, `monitor_info.json` and the reports.
package enum JobmonVersion {
    package static let current = "0.1.0"
}
