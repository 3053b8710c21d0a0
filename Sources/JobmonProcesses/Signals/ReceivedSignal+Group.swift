import Glibc

extension ReceivedSignal {
    /// The kernel sent it because of something that this process itself did or has.
    package var isAboutReceiver: Bool {
        isFromKernel && [SIGPIPE, SIGXCPU, SIGXFSZ, SIGURG, SIGIO, SIGCHLD].contains(number)
    }

    /// The terminal's driver sends it to the foreground process group.
    private var isOfTerminal: Bool {
        isFromKernel && [SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT, SIGWINCH].contains(number)
    }

    /// Whether the command has received this signal too, or would not have received it without the wrapper. Then the
    /// wrapper does not forward it. If that cannot be determined, the wrapper forwards it: twice is better than never.
    ///
    /// - Parameters:
    ///   - isInOurGroup: the command is in the wrapper's process group.
    ///   - weLeadOurGroup: the wrapper leads its group. Without the wrapper, the command would lead it and could not
    ///     have left it.
    ///   - wasSentToGroup: the answer of the witness; nil: no answer.
    package func hasReached(isInOurGroup: Bool, weLeadOurGroup: Bool, wasSentToGroup: Bool?) -> Bool {
        switch wasSentToGroup {
        case true?:
            if isInOurGroup { return true }
            // The terminal sends a signal once, to a group that the command would have left without the wrapper too.
            // Other senders may signal both the group and the wrapper, which can arrive as one signal.
            return isFromKernel && !weLeadOurGroup
        case false?: return false
        case nil:
            guard isOfTerminal, number != SIGHUP else { return false }
            return isInOurGroup || !weLeadOurGroup
        }
    }
}
