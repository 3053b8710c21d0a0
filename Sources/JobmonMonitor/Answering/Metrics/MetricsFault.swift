/// Why a family cannot be written: a mistake in the program. Every text is allowed as the value of a label.
enum MetricsFault: Error, Equatable {
    /// Not letters, digits and `_`, or it begins with a digit.
    case invalidName(String)
    /// The name ends with a suffix that formats add, such as `_total`.
    case reservedSuffix(String)
    /// Two families have this name, or samples of one are named like samples of the other.
    case repeatedName(String)
    case missingHelp(String)
    /// The name does not end with the unit, or facts have a unit.
    case wrongUnit(String)
    /// The label's name is invalid or reserved.
    case invalidLabel(String, family: String)
    /// Two samples have the same labels.
    case repeatedLabels([String: String], family: String)
    /// The value does not fit the kind: a counter that is negative or not finite, facts other than 1, a histogram
    /// elsewhere or anything else in its place.
    case invalidValue(family: String)
    /// A time of creation for what does not count, or one that is not a positive number.
    case invalidCreated(family: String)
}
