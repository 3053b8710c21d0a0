import JobmonCore
import JobmonViews

/// Amounts of resources as they are printed, and as options take them.
enum UsageWords {
    private static let mebibyte = 1_048_576.0

    /// Bytes: `4.2M`, `340M`, `1.2G`.
    static func memory(_ bytes: Double) -> String {
        let mebibytes = bytes / mebibyte
        if mebibytes < 9.95 { return "\(decimal(mebibytes, 1))M" }
        if mebibytes < 999.5 { return "\(Int(mebibytes.rounded()))M" }
        if mebibytes < 1023 * 1024 { return "\(decimal(mebibytes / 1024, 1))G" }
        return "\(decimal(mebibytes / 1_048_576, 1))T"
    }

    /// A request in whole MiB, exactly: `1240M`, `2G`.
    static func request(memory bytes: Double) -> String {
        let mebibytes = Int((bytes / mebibyte).rounded(.up))
        return mebibytes.isMultiple(of: 1024) && mebibytes > 0 ? "\(mebibytes / 1024)G" : "\(mebibytes)M"
    }

    /// A request in whole minutes, exactly: `84m`, `3h`.
    static func request(time seconds: Double) -> String {
        let minutes = Int((seconds / 60).rounded(.up))
        return minutes.isMultiple(of: 60) && minutes > 0 ? "\(minutes / 60)h" : "\(minutes)m"
    }

    /// Cores: `0.98`, `12.5`.
    static func cores(_ cores: Double) -> String { decimal(cores, cores < 9.995 ? 2 : 1) }

    /// A number of slots; some sites give parts of one.
    static func slots(_ slots: Double) -> String {
        slots == slots.rounded() ? "\(Int(slots))" : cores(slots)
    }

    /// Hours of cores or of GiB: `0.4`, `1,234`.
    static func hours(_ hours: Double) -> String {
        abs(hours) < 99.95 ? decimal(hours, 1) : Units.grouped(Int(hours.rounded()))
    }

    /// `5%`, `4.8%`, `0.1%`.
    static func share(_ share: Double) -> String {
        let text = decimal(share * 100, share < 0.0995 ? 1 : 0)
        return "\(text.hasSuffix(".0") ? String(text.dropLast(2)) : text)%"
    }

    private static func decimal(_ value: Double, _ digits: Int) -> String {
        guard abs(value) < 1e15 else { return "?" }
        let scale = digits == 0 ? 1 : digits == 1 ? 10 : 100
        let scaled = Int((abs(value) * Double(scale)).rounded())
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard digits > 0 else { return "\(sign)\(scaled)" }
        let fraction = String(scaled % scale)
        let zeros = String(repeating: "0", count: digits - fraction.count)
        return "\(sign)\(scaled / scale).\(zeros)\(fraction)"
    }
}

extension UsageGroup {
    /// The properties that its jobs share, as one text: `queue fit, name fit.R`.
    var title: String {
        keys.map { Printable.line("\($0.name) \($0.value ?? "none")") }.joined(separator: ", ")
    }

    /// The slots that are enough, if that is fewer than were requested.
    var fewerSlots: Int? {
        guard let found = slots.advice.recommendation, let most = slots.requested?.most, found.request < most else {
            return nil
        }
        return Int(found.request)
    }
}
