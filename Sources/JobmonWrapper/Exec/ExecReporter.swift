import Glibc
import JobmonCore
import JobmonProcesses
import JobmonReporting
import JobmonSystem

/// Tells the monitor of one command.
final class ExecReporter {
    let instanceKey: String
    /// The cluster's job that we run in.
    private let job: ClusterJob?
    private let time: TimeSource
    private let facts: SpooledPoster

    init(layout: DirectoryLayout, instanceKey: String, time: TimeSource, job: ClusterJob? = nil) {
        self.instanceKey = instanceKey
        self.job = job
        self.time = time
        facts = SpooledPoster(layout: layout, time: time)
    }

    private var instance: InstanceReference { .key(instanceKey) }

    /// The job and its instance are made; not for an instance that exists already.
    /// - Parameter continues: the instance whose job it is a further attempt at.
    func submitted(_ options: ExecOptions, continues: String? = nil, pid: Int32?, at moment: Timestamp) {
        let words = options.command.map { String(decoding: $0, as: UTF8.self) }
        var description = JobDescription(
            name: options.name, runfile: words.first ?? "", args: Array(words.dropFirst()), params: options.params,
            cwd: ExecDirectory.currentDirectory(), timeout: options.timeout)
        options.criteria.write(to: &description.resources)
        report(
            .submitted(
                instance,
                Submission(
                    description: description, continues: continues, executor: job?.executor ?? "exec",
                    executorID: job?.executorID ?? pid.map { String($0) })), at: moment)
    }

    /// - Parameter aloneKnowsEnd: nobody but this process can tell how the command ends, no scheduler that a queue asks.
    func running(_ process: ProcessIdentity, aloneKnowsEnd: Bool = false, at moment: Timestamp) {
        var wrapper: WrapperIdentity?
        if aloneKnowsEnd, let namespace = HostIdentity.pidNamespace, let own = ProcessTable.process(getpid()) {
            wrapper = WrapperIdentity(process: own, namespace: namespace)
        }
        report(
            .running(
                instance,
                Start(
                    host: HostIdentity.host, bootID: HostIdentity.bootID, executorID: job?.executorID, process: process,
                    place: job?.place, wrapper: wrapper)), at: moment)
    }

    /// An earlier start of the same job is over, though it could not say so: the scheduler has started it once more.
    func requeued(_ instance: String, at moment: Timestamp) {
        let evidence = Evidence(scheduler: SchedulerWord("started once more", cause: .requeued))
        report(.outcome(.key(instance), Outcome(evidence: evidence)), at: moment)
    }

    /// What goes wrong just now, in case that nothing more can be said.
    func said(_ description: String) { report(.error(instance, JobError(description)), at: time.now()) }

    func ended(_ outcome: Outcome) { report(.outcome(instance, outcome), at: time.now()) }

    func beat() { facts.beat(instance) }

    func nextBeat() -> Double { ProtocolLimits.nextHeartbeat() }

    private func report(_ fact: Fact, at moment: Timestamp) { facts.say(fact, at: moment) }

    // MARK: Within the loop

    var isConnected: Bool { facts.isConnected }
    var hasAnswered: Bool { facts.hasAnswered }
    var isAllAcknowledged: Bool { facts.isAllAcknowledged }
    var wakeAfter: Int? { facts.wakeAfter }

    /// The process ends now: what was not sent is, and nothing is waited for.
    func part() { facts.sendUnasked() }

    func watch(in loop: ProcessLoop, token: Int) {
        if let interest = facts.pollInterest {
            loop.watch(interest.fd, events: interest.events, token: token)
        } else {
            loop.unwatch(token: token)
        }
    }

    func proceed(_ revents: Int16) { facts.proceed(revents) }
}
