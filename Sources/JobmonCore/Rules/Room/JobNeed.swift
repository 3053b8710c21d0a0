/// What a job takes of a machine while it runs.
package struct JobNeed: Sendable, Hashable {
    /// At least 1.
    package var slots: Int
    /// Bytes; 0: it did not say.
    package var memory: Int64
    package var gpus: Int

    package init(slots: Int = 1, memory: Int64 = 0, gpus: Int = 0) {
        self.slots = slots
        self.memory = memory
        self.gpus = gpus
    }

    /// Reads it from a job's `resources`. What is missing, or makes no sense, is as if nothing was said.
    package init(_ resources: JSONObject) {
        self.init()
        if resources.isEmpty { return }
        // Bounded, so that sums do not overflow: no machine has as much.
        func amount(_ name: String) -> Int64? {
            guard case .int(let amount)? = resources[name], amount > 0 else { return nil }
            return min(amount, 1 << 50)
        }
        slots = amount(Self.slotsMember).map { Int($0) } ?? slots
        memory = amount(Self.memoryMember) ?? memory
        gpus = amount(Self.gpusMember).map { Int($0) } ?? gpus
    }

    package static let slotsMember = "slots"
    package static let memoryMember = "memory"
    package static let gpusMember = "gpus"
}
