/// The rules for families that both formats need, so that a mistake is found whichever format is asked for.
struct MetricsChecks {
    /// The names of the families and samples that were checked.
    private var names: Set<String> = []

    init() {}

    /// Checks a family, and that its names are new.
    mutating func check(_ family: MetricFamily) throws(MetricsFault) {
        let name = family.name
        guard Self.isName(name) else { throw .invalidName(name) }
        if Self.suffixes.contains(where: { name.hasSuffix($0) }) { throw .reservedSuffix(name) }
        for taken in Set([name, family.sampleName]) where !names.insert(taken).inserted { throw .repeatedName(taken) }
        if family.help.isEmpty { throw .missingHelp(name) }
        if let unit = family.unit, family.kind == .info || !name.hasSuffix("_\(unit.rawValue)") {
            throw .wrongUnit(name)
        }
        var seen: Set<[String: String]> = []
        for sample in family.samples {
            for label in sample.labels.keys.sorted() where !Self.isLabel(label) {
                throw .invalidLabel(label, family: name)
            }
            // As a reader sees them.
            let labels = sample.labels.filter { !$0.value.isEmpty }
            guard seen.insert(labels).inserted else { throw .repeatedLabels(labels, family: name) }
            guard Self.isValid(sample.value, family.kind) else { throw .invalidValue(family: name) }
            if let created = sample.created {
                guard family.kind == .counter || family.kind == .histogram, created.isFinite, created > 0 else {
                    throw .invalidCreated(family: name)
                }
            }
        }
    }

    /// What formats add to the name of a family.
    private static let suffixes = ["_total", "_created", "_bucket", "_count", "_sum", "_info"]

    /// Colons are left to recording rules.
    private static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x30...0x39,
                UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }

    private static func isLabel(_ name: String) -> Bool {
        isName(name) && !name.hasPrefix("__") && name != "le" && name != "quantile"
    }

    private static func isValid(_ value: MetricFamily.Value, _ kind: MetricFamily.Kind) -> Bool {
        switch (kind, value) {
        case (.counter, .integer(let value)): value >= 0
        case (.counter, .number(let value)): value.isFinite && value >= 0
        case (.gauge, .integer), (.gauge, .number), (.histogram, .histogram): true
        case (.info, .integer(let value)): value == 1
        default: false
        }
    }
}
