import ServiceLifecycle

/// Notes from time to time that the monitor is there, for the sessions that outlive it for a short while.
struct DoorBeat: Service, CustomStringConvertible {
    let door: PageDoor

    var description: String { "door" }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: .seconds(PageDoor.beatSeconds))) != nil { door.beat() }
        }
        door.beat()
    }
}
