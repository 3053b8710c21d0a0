extension JobDescription {
    /// The member of `resources` with the keys of the jobs of the same queue that must be COMPLETE before this one starts, an
    /// array of texts.
    package static let afterMember = "after"

    /// The keys of the jobs that it waits for.
    package var after: [String] {
        guard case .array(let keys)? = resources[Self.afterMember] else { return [] }
        return keys.compactMap { if case .string(let key) = $0 { key } else { nil } }
    }
}
