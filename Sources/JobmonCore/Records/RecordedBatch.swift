/// The results of recording a batch of events, and the changes to publish.
package struct RecordedBatch: Sendable, Equatable {
    package var results: [EventResult]
    package var changes: [Change]

    package init(results: [EventResult], changes: [Change]) {
        self.results = results
        self.changes = changes
    }
}
