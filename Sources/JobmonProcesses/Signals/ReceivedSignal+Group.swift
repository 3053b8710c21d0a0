import Glibc

extension ReceivedSignal {
    /// The kernel sent it for something that this process itself did or has.
    package var isAboutReceiver: Bool {
        isFromKernel && [SIGPIPE, SIGXCPU, SIGXFSZ, SIGURG, SIGIO, SIGCHLD].contains(number)
    }

    /// The terminal's driver sends these, to the group that has the terminal.
    private var isOfTerminal: Bool {
        isFromKernel && [SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT, SIGWINCH].contains(number)
    }

    /// The rule for a signal that came to a wrapper: whether its command has got it too, or would not have got it if there
    /// were no wrapper. Then it is not passed on. Where nobody can tell, it is: twice is better than never.
    ///
    /// - Parameters:
    ///   - isInOurGroup: the command is in the wrapper's process group.
    ///   - weLeadOurGroup: the wrapper leads it. Without the wrapper the command would, and could not have left it.
    ///   - wasSentToGroup: what the witness says; nil: nothing.
    package func hasReached(isInOurGroup: Bool, weLeadOurGroup: Bool, wasSentToGroup: Bool?) -> Bool {
        switch wasSentToGroup {
        case true?:
            if isInOurGroup { return true }
            // The terminal sends a signal once, to a group that the command would have left without us too. Others may send
            // it to the group and to us, which can come as one.
            return isFromKernel && !weLeadOurGroup
        case false?: return false
        case nil:
            guard isOfTerminal, number != SIGHUP else { return false }
            return isInOurGroup || !weLeadOurGroup
        }
    }
}
