/// The version of this program, as `--version`, `monitor_info.json` and the reports say it.
package enum JobmonVersion {
    package static let current = "0.1.0"
}
