package import JobmonCore

/// The instances of one array job: its executor writes them into a file before it submits, and the wrapper of each task
/// reads its own. The file is the executor's memory too: what was, or may have been, submitted is found in it.
///
/// The file: a first line of `prefixLength` bytes with the number of tasks; a line of `entryLength` bytes for the header
/// and for each task, which says where its text begins; the texts, a line of JSON each. So a task reads three short pieces of
/// it, however many there are.
package struct TaskManifest: Sendable, Equatable {
    /// What makes this array job ours, whatever its id: a UUID.
    package var batch: String
    /// The queue whose instances these are.
    package var queue: String
    /// The scheduler's word in the ledger.
    package var executor: String
    /// Its name at the scheduler.
    package var name: String
    /// When it was about to be submitted.
    package var intended: Timestamp
    /// Seconds that the scheduler was asked to let each run; nil: it was not asked.
    package var timeLimit: Double?
    /// The instances: task 1 is the first.
    package var orders: [InstanceOrder]

    package init(
        batch: String, queue: String, executor: String, name: String, intended: Timestamp, timeLimit: Double?,
        orders: [InstanceOrder]
    ) {
        self.batch = batch
        self.queue = queue
        self.executor = executor
        self.name = name
        self.intended = intended
        self.timeLimit = timeLimit
        self.orders = orders
    }

    private static let prefixLength = 32
    private static let entryLength = 17
    private static let magic = "jobmon tasks 1 "

    /// The file's content.
    package var bytes: [UInt8] {
        var header = JSONObject()
        header.append("batch", .string(batch))
        header.append("queue", .string(queue))
        header.append("executor", .string(executor))
        header.append("name", .string(name))
        header.append("intended", .string(intended.description))
        header.append("time_limit", ifPresent: timeLimit.map { .double($0) })
        var texts: [UInt8] = []
        var index: [UInt8] = []
        let start = Self.prefixLength + Self.entryLength * (orders.count + 1)
        func add(_ json: JSON) {
            index += Self.padded(String(start + texts.count), to: Self.entryLength)
            json.write(to: &texts)
            texts.append(0x0A)
        }
        add(.object(header))
        for order in orders { add(order.json) }
        return Self.padded(Self.magic + String(orders.count), to: Self.prefixLength) + index + texts
    }

    private static func padded(_ text: String, to length: Int) -> [UInt8] {
        Array(text.utf8) + Array(repeating: 0x20, count: length - 1 - text.utf8.count) + [0x0A]
    }

    /// Reads a whole file.
    /// - Throws: `.malformed` or `.invalid`: what is wrong with it.
    package init(_ bytes: [UInt8]) throws(Problem) {
        let reader = Reader { offset, count in
            guard offset >= 0, offset <= bytes.count else { return nil }
            return Array(bytes[offset..<min(bytes.count, offset + count)])
        }
        self = try reader.header()
        for number in 1...max(1, try reader.count()) { orders.append(try reader.order(number)) }
    }

    /// Reads pieces of a file.
    package struct Reader {
        private let read: (_ offset: Int, _ count: Int) -> [UInt8]?

        /// - Parameter read: gives so many bytes from there, fewer at the end; nil when it can't.
        package init(_ read: @escaping (_ offset: Int, _ count: Int) -> [UInt8]?) { self.read = read }

        /// How many tasks there are.
        package func count() throws(Problem) -> Int {
            guard let line = read(0, prefixLength), line.count == prefixLength else { throw Self.torn }
            let text = String(decoding: line, as: UTF8.self)
            guard text.hasPrefix(magic), let count = Int(text.dropFirst(magic.count).trimmed), count > 0 else {
                throw Problem(
                    .malformed, "it is not a manifest of tasks of this version",
                    hint: "it may have been written by another version of jobmon")
            }
            return count
        }

        /// The manifest, without its orders.
        package func header() throws(Problem) -> TaskManifest {
            _ = try count()
            do throws(FieldError) {
                let fields = try JSONFields(try text(0), named: "manifest")
                return TaskManifest(
                    batch: try fields.required("batch", try fields.string("batch")),
                    queue: try fields.required("queue", try fields.string("queue")),
                    executor: try fields.required("executor", try fields.string("executor")),
                    name: try fields.required("name", try fields.string("name")),
                    intended: try fields.required("intended", try fields.timestamp("intended")),
                    timeLimit: try fields.amount("time_limit"), orders: [])
            } catch {
                throw Problem(error)
            }
        }

        /// The instance of a task, from 1 on.
        /// - Throws: `.notFound` when there is no such task.
        package func order(_ task: Int) throws(Problem) -> InstanceOrder {
            let count = try count()
            guard (1...count).contains(task) else {
                throw Problem(.notFound, "it has \(count) tasks, and no task \(task)")
            }
            do throws(FieldError) { return try InstanceOrder(try text(task)) } catch { throw Problem(error) }
        }

        private static let torn = Problem(.malformed, "it is shorter than it says")

        private func text(_ entry: Int) throws(FieldError) -> JSON {
            guard let line = read(prefixLength + entryLength * entry, entryLength), line.count == entryLength,
                var offset = Int(String(decoding: line, as: UTF8.self).trimmed)
            else { throw FieldError("entry \(entry)", "is missing") }
            var bytes: [UInt8] = []
            while let more = read(offset, 8192), !more.isEmpty {
                offset += more.count
                if let end = more.firstIndex(of: 0x0A) {
                    bytes += more[..<end]
                    do throws(JSONSyntaxError) { return try JSON(parsing: bytes) } catch {
                        throw FieldError("entry \(entry)", "is not JSON: \(error)")
                    }
                }
                bytes += more
            }
            throw FieldError("entry \(entry)", "has no end")
        }
    }
}

/// The exit codes of a task that ran no command.
package enum TaskExit {
    /// Its instance was started before, or given up.
    package static let forbidden = 75
    /// Its manifest can't be read.
    package static let noInput = 66
    /// It can't be made sure that it is the only one.
    package static let cantCreate = 73
}

extension StringProtocol {
    fileprivate var trimmed: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
