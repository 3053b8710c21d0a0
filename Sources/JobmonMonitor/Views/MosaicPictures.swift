import JobmonCore
import JobmonViews
import JobmonWire
import Synchronization

/// The pictures that pages have been given, so that each further answer holds only what changed since.
final class MosaicPictures: Sendable {
    /// What a picture shows.
    struct Question: Sendable {
        fileprivate let places: String
        fileprivate let cells: String
        fileprivate let moves: Bool

        init(filter: JobFilter, order: MosaicOrder, colour: MosaicColour) {
            var query = QueryString()
            filter.append(to: &query)
            places = "\(order) \(query.text)"
            cells = "\(colour) \(places)"
            moves = order.moves
        }
    }

    private struct Places {
        var places: MosaicPlaces
        var version: Int
        var at: Double
        var lastUse: Int
    }

    private struct Picture {
        var rows: ContiguousArray<UInt32>
        var mosaic: Mosaic
        var version: Int
        /// The version from which on all changes are known.
        var start: Int
        /// The places that changed with each version.
        var changes: [(version: Int, places: [UInt32])] = []
        var lastUse: Int
    }

    private struct State {
        var places: [String: Places] = [:]
        var pictures: [String: Picture] = [:]
        var uses = 0
    }

    /// Pictures that are kept; a million cells take 9 MB.
    private static let most = 8
    /// Places of changes that are kept for a picture: more is sent as a whole.
    private static let mostChanges = 200_000
    /// Seconds for which jobs keep their places in an order that changes with every end of a job.
    private static let steadySeconds = 5.0

    private let state = Mutex(State())
    private let time: TimeSource

    init(time: TimeSource) { self.time = time }

    /// The places of the jobs of a picture.
    func places(
        _ question: Question, _ snapshot: JobSnapshot, version: Int, _ make: () -> MosaicPlaces
    ) -> MosaicPlaces {
        let now = time.steadySeconds()
        return state.withLock { state in
            state.uses += 1
            if var known = state.places[question.places],
                known.version == version
                    || question.moves && now - known.at < Self.steadySeconds
                        && known.places.rows.count == snapshot.jobCount
            {
                known.lastUse = state.uses
                state.places[question.places] = known
                return known.places
            }
            let made = make()
            state.places[question.places] = Places(places: made, version: version, at: now, lastUse: state.uses)
            if state.places.count > Self.most,
                let oldest = state.places.min(by: { $0.value.lastUse < $1.value.lastUse })
            {
                state.places[oldest.key] = nil
            }
            return made
        }
    }

    /// The cells that another page got at the same version; nil: none did.
    func mosaic(_ question: Question, _ rows: ContiguousArray<UInt32>, version: Int) -> Mosaic? {
        state.withLock { state in
            guard let picture = state.pictures[question.cells], picture.version == version, picture.rows == rows else {
                return nil
            }
            return picture.mosaic
        }
    }

    /// What changed in a picture since a version; nil: it must be sent as a whole.
    func patch(
        _ question: Question, _ mosaic: Mosaic, _ rows: ContiguousArray<UInt32>, since: Int?, version: Int
    ) -> [(place: UInt32, value: UInt8)]? {
        state.withLock { state in
            state.uses += 1
            let use = state.uses
            guard var picture = state.pictures[question.cells], picture.rows == rows else {
                keep(
                    Picture(rows: rows, mosaic: mosaic, version: version, start: version, lastUse: use), of: question,
                    &state)
                return nil
            }
            state.pictures[question.cells] = nil
            if picture.version != version {
                picture.changes.append((version, Self.differences(picture.mosaic.cells, mosaic.cells)))
                picture.mosaic = mosaic
                picture.version = version
                var kept = picture.changes.reduce(0) { $0 + $1.places.count }
                while kept > Self.mostChanges, let first = picture.changes.first {
                    kept -= first.places.count
                    picture.start = first.version
                    picture.changes.removeFirst()
                }
            }
            picture.lastUse = use
            let start = picture.start
            let changes = picture.changes
            keep(picture, of: question, &state)
            guard let since, since >= start, since <= version else { return nil }
            let places = Set(changes.filter { $0.version > since }.flatMap(\.places))
            return places.sorted().map { ($0, mosaic.cells[Int($0)]) }
        }
    }

    private func keep(_ picture: Picture, of question: Question, _ state: inout State) {
        state.pictures[question.cells] = picture
        guard state.pictures.count > Self.most,
            let oldest = state.pictures.min(by: { $0.value.lastUse < $1.value.lastUse })
        else { return }
        state.pictures[oldest.key] = nil
    }

    private static func differences(
        _ old: ContiguousArray<UInt8>, _ new: ContiguousArray<UInt8>
    ) -> [UInt32] {
        var places: [UInt32] = []
        old.withUnsafeBufferPointer { old in
            new.withUnsafeBufferPointer { new in
                for place in new.indices where old[place] != new[place] { places.append(UInt32(place)) }
            }
        }
        return places
    }
}
