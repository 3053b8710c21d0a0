/// What one running job has of a machine.
package struct RoomShare: Sendable, Equatable {
    package let need: JobNeed
    /// Its GPUs, as many as it needs.
    package let gpus: [String]

    package init(need: JobNeed, gpus: [String] = []) {
        self.need = need
        self.gpus = gpus
    }
}
