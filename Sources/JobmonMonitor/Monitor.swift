import Glibc
import Hummingbird
package import JobmonCore
import JobmonSystem
import JobmonWire
package import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

/// The central process of one directory, with an open ledger: answers requests, records events, publishes changes,
/// detects silent instances and takes in the spool.
///
/// It takes no lock, writes no files of its own and does not close the ledger: that is up to the code that opened it.
package final class Monitor: Sendable {
    /// The address and port on which a monitor listens.
    package struct Bound: Sendable, Equatable {
        package var address: String
        package var port: Int
    }

    private let ledger: any Ledger
    private let configuration: MonitorConfiguration
    private let layout: DirectoryLayout?
    private let logger: Logger
    private let publisher: Publisher
    private let writer: EventWriter
    let watchdog: Watchdog
    let intake: SpoolIntake
    let wrappers: WrapperWatch
    private let seeing: Seeing
    private let stopSwitch = StopSwitch()
    private let gate: Gate
    private let state = Mutex<(bound: Bound?, failure: (any Error)?)>((nil, nil))

    package init(
        ledger: any Ledger, layout: DirectoryLayout?, configuration: MonitorConfiguration, time: TimeSource,
        logger: Logger
    ) {
        self.ledger = ledger
        self.configuration = configuration
        self.logger = logger
        self.layout = layout
        gate = Gate(configuration: configuration)
        publisher = Publisher(configuration: configuration)
        writer = EventWriter(
            ledger: ledger, publisher: publisher, configuration: configuration, time: time, logger: logger)
        watchdog = Watchdog(
            ledger: ledger, writer: writer, configuration: configuration, time: time, logger: logger)
        intake = SpoolIntake(layout: layout, writer: writer, configuration: configuration, logger: logger)
        wrappers = WrapperWatch(
            ledger: ledger, intake: intake, configuration: configuration, time: time, logger: logger)
        writer.watch(wrappers)
        let keeper = SnapshotKeeper(ledger: ledger, publisher: publisher, time: time, logger: logger)
        let views = ViewAnswers(ledger: ledger, source: keeper, layout: layout, time: time) { await keeper.announce() }
        seeing = Seeing(
            ledger: ledger, writer: writer, keeper: keeper, views: views, door: PageDoor(layout: layout, time: time),
            time: time, refusals: RefusalLog(logger: logger, time: time), started: time.now())
    }

    /// Where it listens; nil until it does.
    package var bound: Bound? { state.withLock { $0.bound } }

    /// The connection for this process. It works from the start of `run` to its end.
    package var connection: InProcessConnection {
        InProcessConnection(ledger: ledger, writer: writer, publisher: publisher, layout: layout)
    }

    /// Whether the page of this directory's last monitor is in use: then the next one should have the same port.
    package static func isPageOpen(_ layout: DirectoryLayout, now: Timestamp) -> Bool {
        PageDoor.isOpen(layout, now: now)
    }

    /// The name of the cookie of the page's sessions.
    var pageCookieName: String { seeing.door.cookieName }

    /// Refuses requests from now on, like a monitor that has no room. The connection of this process still works.
    package func closeResponder() { gate.close() }

    /// Asks the monitor to stop in order: current requests are answered, waiting events are committed, then `run`
    /// returns.
    package func stop() { stopSwitch.ask() }

    /// Runs until `stop`, a stop request, a graceful shutdown or cancellation. Each of them stops it in order.
    ///
    /// - Parameter onReady: called once the spool is taken in and the monitor listens. If it throws, the monitor stops
    ///   and `run` throws that error.
    /// - Throws: a `Problem` if it cannot listen on the address, or if the ledger cannot be read.
    package func run(onReady: @escaping @Sendable (Bound) async throws -> Void = { _ in }) async throws {
        publisher.start(after: try await ledger.summary(queue: nil).sequence)
        let group = ServiceGroup(configuration: services(onReady))
        // A cancelled group stops its services all at once; these must stop one by one, including the last commit.
        let running = Task { try await group.run() }  // allowed: awaited right below
        do {
            try await withTaskCancellationOrGracefulShutdownHandler {
                try await running.value
            } onCancelOrGracefulShutdown: { [self] in
                stop()
            }
        } catch {
            let (bound, failure) = state.withLock { ($0.bound, $0.failure) }
            throw failure ?? (bound == nil ? Self.listenProblem(error, configuration) : error)
        }
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }

    /// The services, which stop in reverse order: first those that bring work in, then the writer once nothing more can
    /// come, and the publisher when everything is committed.
    private func services(_ onReady: @escaping @Sendable (Bound) async throws -> Void) -> ServiceGroupConfiguration {
        let services: [any Service] = [
            publisher, writer, seeing.keeper, DoorBeat(door: seeing.door), watchdog, intake, wrappers,
            ErrorGrouping(ledger: ledger, logger: logger),
            HomeWatch(configuration: configuration) { [self] in end(by: $0) },
            Listener(application: application(onReady)),
        ]
        var group = ServiceGroupConfiguration(
            services: services.map { .init(service: $0) }
                + [.init(service: stopSwitch, successTerminationBehavior: .gracefullyShutdownGroup)],
            logger: logger)
        group.maximumGracefulShutdownDuration = .seconds(configuration.stopSeconds)
        return group
    }

    private func end(by failure: any Error) {
        state.withLock { $0.failure = $0.failure ?? failure }
        stop()
    }

    private func application(_ onReady: @escaping @Sendable (Bound) async throws -> Void) -> some ApplicationProtocol {
        let responder = Responder(
            connection: connection, gate: gate, configuration: configuration, counts: RequestCounts(),
            stop: stopSwitch, seeing: seeing, logger: logger)
        let requestSeconds = configuration.requestSeconds
        var quiet = logger
        // The framework logs each start and request, which is up to this program.
        quiet.logLevel = max(quiet.logLevel, .warning)
        var application = Application(
            responder: responder,
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [SlowSenderHandler(seconds: requestSeconds)],
                    idleTimeout: .nanoseconds(Int64(configuration.idleSeconds * 1e9)))),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.bindAddress, port: configuration.port), backlog: 4096),
            onServerRunning: { [self] channel in
                let bound = Bound(
                    address: channel.localAddress?.ipAddress ?? configuration.bindAddress,
                    port: channel.localAddress?.port ?? configuration.port)
                gate.open(port: bound.port)
                state.withLock { $0.bound = bound }
                do {
                    try await onReady(bound)
                } catch {
                    end(by: error)
                }
            },
            logger: quiet)
        application.beforeServerStarts { [self] in
            do {
                _ = try await intake.runOnce()
            } catch {
                state.withLock { $0.failure = error }
                throw error
            }
        }
        return application
    }

    /// The error for an address on which the monitor cannot listen.
    private static func listenProblem(_ error: any Error, _ configuration: MonitorConfiguration) -> any Error {
        if error is Problem || error is CancellationError { return error }
        let address = configuration.bindAddress
        let port = configuration.port
        switch error {
        case let failure as IOError where failure.errnoCode == EADDRINUSE:
            return Problem(
                .unavailable, "the monitor can't listen on \(address) port \(port): another program has that port",
                hint: "choose another --port, or leave it out for any that is free")
        case let failure as IOError where failure.errnoCode == EADDRNOTAVAIL:
            return Problem(
                .unavailable, "the monitor can't listen on \(address): this host has no such address",
                hint: "give --listen an address of this host (ip address lists them), or any for all of them")
        case let failure as IOError:
            return Problem(
                .unavailable,
                "the monitor can't listen on \(address) port \(port): \(SystemError.text(failure.errnoCode))",
                hint: "choose another --port, or another address of this host for --listen")
        case is SocketAddressError.UnknownHost, is SocketAddressError:
            return Problem(
                .unavailable,
                "the monitor can't listen on \(address): it is neither an address nor a host name that is known here",
                hint: "give --listen an address of this host (ip address lists them), or any for all of them")
        default:
            return Problem(
                .unavailable, "the monitor can't listen on \(address) port \(port): \(error)",
                hint: "choose another port, or none for any that is free, and an address of this host")
        }
    }
}

/// The application with a short description. A service's description is read at the start, and the default one is made
/// of all parts of the application, which takes milliseconds.
private struct Listener<Application: ApplicationProtocol>: Service, CustomStringConvertible {
    let application: Application

    var description: String { "responder" }

    func run() async throws { try await application.run() }
}
