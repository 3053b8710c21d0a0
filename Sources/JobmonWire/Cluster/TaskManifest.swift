package import JobmonCore

/// The instances of one array job. The executor writes them to a file before it submits, and the wrapper of each task
/// reads its own. The file is also the executor's memory: it shows what was, or may have been, submitted.
///
/// The file's format: a first line of `prefixLength` bytes with the number of tasks; one line of `entryLength` bytes
/// for the header and for each task, with the offset of its text; the texts, one line of JSON each. So a task reads
/// three short pieces, however many tasks there are.
package struct TaskManifest: Sendable, Equatable {
    /// A UUID that identifies this array job as ours, whatever its id.
    package var batch: String
    /// The queue of these instances.
    package var queue: String
    /// The scheduler's name in the ledger.
    package var executor: String
    /// The name of the array job at the scheduler.
    package var name: String
    /// The time just before its submission.
    package var intended: Timestamp
    /// The time limit in seconds requested from the scheduler for each instance; nil: none was requested.
    package var timeLimit: Double?
    /// The instances, starting with task 1.
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

    /// The content of the file.
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
    /// - Throws: `.malformed` or `.invalid`, with what is wrong.
    package init(_ bytes: [UInt8]) throws(Problem) {
        let reader = Reader { offset, count in
            guard offset >= 0, offset <= bytes.count else { return nil }
            return Array(bytes[offset..<min(bytes.count, offset + count)])
        }
        self = try reader.header()
        for number in 1...max(1, try reader.count()) { orders.append(try reader.order(number)) }
    }

    /// Reads parts of a file.
    package struct Reader {
        private let read: (_ offset: Int, _ count: Int) -> [UInt8]?

        /// - Parameter read: returns `count` bytes from `offset`, fewer at the end of the file; nil if reading fails.
        package init(_ read: @escaping (_ offset: Int, _ count: Int) -> [UInt8]?) { self.read = read }

        /// The number of tasks.
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

        /// The manifest without its orders.
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

        /// The instance of a task, counted from 1.
        /// - Throws: `.notFound` if there is no such task.
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

/// The exit codes of a task that did not run its command.
package enum TaskExit {
    /// Its instance was started before, or was given up.
    package static let forbidden = 75
    /// Its manifest cannot be read.
    package static let noInput = 66
    /// It cannot be ensured that it is the only one.
    package static let cantCreate = 73
}

extension StringProtocol {
    fileprivate var trimmed: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
