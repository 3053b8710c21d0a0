import JobmonCore
import JobmonReporting
import Testing

@testable import JobmonWrapper

/// The meaning of what Slurm says about a job that ends. The texts are real, shortened.
@Suite struct InquiryTests {
    private func cause(_ text: String, restarts: Int = 0, isOver: Bool = false) -> Cause? {
        SlurmWrapper.word(SlurmJobText("JobId=7 \(text)\n"), name: "SIGTERM", restarts: restarts, isOver: isOver)
            .cause
    }

    @Test func whyItEnds() {
        #expect(cause("JobState=COMPLETING Reason=TimeLimit Restarts=0") == .timeLimit)
        #expect(cause("JobState=COMPLETING Reason=None Restarts=0") == .cancelled)
        #expect(cause("JobState=RUNNING Reason=None Restarts=0") == nil)
        #expect(cause("JobState=RUNNING Reason=None Restarts=0", isOver: true) == .timeLimit)
        #expect(cause("JobState=COMPLETING Reason=None PreemptTime=2026-11-28T16:36:59") == .preempted)
        #expect(cause("JobState=COMPLETING Reason=None PreemptTime=None") == .cancelled)
    }

    @Test func aNodesFailureAndAPreemptionOutweighALimitThatHasPassedToo() {
        #expect(cause("JobState=NODE_FAIL Reason=NodeDown", isOver: true) == .nodeFailure)
        #expect(cause("JobState=COMPLETING Reason=NodeDown", isOver: true) == .nodeFailure)
        #expect(cause("JobState=PREEMPTED Reason=None", isOver: true) == .preempted)
        #expect(cause("JobState=COMPLETING Reason=TimeLimit PreemptTime=2026-11-28T16:36:59") == .preempted)
    }

    @Test func oneThatSlurmStartsOnceMoreIsRequeuedWhyeverThatIs() {
        #expect(cause("JobState=PENDING Reason=BeginTime Restarts=1") == .requeued)
        #expect(cause("JobState=COMPLETING Reason=None Restarts=1") == .requeued)
        #expect(cause("JobState=COMPLETING Reason=None Restarts=1", restarts: 1) == .cancelled)
        #expect(cause("JobState=COMPLETING Reason=NodeDown Restarts=2", restarts: 1) == .requeued)
        #expect(cause("JobState=COMPLETING Restarts=1 PreemptTime=2026-11-28T16:36:59", isOver: true) == .requeued)
        #expect(cause("JobState=REQUEUE_HOLD Reason=job_requeued_in_held_state") == .requeued)
        // It counts as submitted at the time of its requeue.
        #expect(cause("JobState=COMPLETING SubmitTime=2026-11-28T16:36:59 StartTime=2026-11-28T16:36:55") == .requeued)
        #expect(cause("JobState=COMPLETING SubmitTime=2026-11-28T16:36:55 StartTime=2026-11-28T16:36:55") == .cancelled)
    }
}
