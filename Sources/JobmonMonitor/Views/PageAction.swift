import JobmonCore
import JobmonWire

/// What a user does to jobs on the page.
enum PageAction: String {
    case retry, cancel

    /// The statuses of jobs to which it applies.
    var statuses: [Status] {
        switch self {
        case .retry: [.failed, .cancelled]
        case .cancel: [.queued, .submitted, .running, .unknown]
        }
    }

    var request: ActionRequest.Action {
        switch self {
        case .retry: .retry
        case .cancel: .cancel
        }
    }
}
