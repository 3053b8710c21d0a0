/// A way of reading a scheduler that depends on its version, in words.
package struct VersionRule: Sendable, Equatable {
    /// How it is read, such as `accounting shows exit codes as they were`.
    package var text: String
    /// What this version cannot tell, and since when others can; nil: nothing.
    package var missing: String?
}
