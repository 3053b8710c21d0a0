import CLibcrypto
package import JobmonCore

/// Computes the key that identifies a job when it is given again: 32 hexadecimal digits, the first half of the SHA-256
/// of its content (name, command, params, working directory and environment) and of its number among equal jobs.
///
/// The hashed bytes never change, since the keys in a ledger must be found again: the texts one after the other, each
/// with its length before it, so that no two different jobs give the same bytes. Members of params and of the
/// environment are sorted by name.
package struct JobKeys: Sendable {
    private var seen: [JobKey: Int32] = [:]

    package init() {}

    /// The key of a job; equal jobs get different keys, by their number among equals.
    package mutating func key(of job: JobDescription) -> String { newJob(job).key }

    /// A job with its key.
    package mutating func newJob(_ job: JobDescription) -> NewJob {
        let first = Self.make(job, occurrence: 1)
        let occurrence = seen[JobKey(first), default: 0] + 1
        seen[JobKey(first)] = occurrence
        return NewJob(
            key: occurrence == 1 ? first : Self.make(job, occurrence: Int(occurrence)), description: job,
            occurrence: Int(occurrence))
    }

    /// - Parameter job: with its params filled in, but `{jid}` and `{attempt}` unchanged.
    package static func make(_ job: JobDescription, occurrence: Int) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        func add(_ text: String) {
            bytes.append(contentsOf: String(text.utf8.count).utf8)
            bytes.append(UInt8(ascii: ":"))
            bytes.append(contentsOf: text.utf8)
        }
        func add(_ object: JSONObject) {
            add(String(object.members.count))
            for member in object.members.sorted(by: { $0.name < $1.name }) {
                add(member.name)
                add(member.value.text)
            }
        }
        add("jobmon job 1")
        add(job.name ?? "")
        add(job.shell ? "shell" : "argv")
        add(job.runfile)
        add(String(job.args.count))
        for argument in job.args { add(argument) }
        add(job.params)
        add(job.cwd ?? "")
        add(job.env)
        add(String(occurrence))
        return hex(sha256(bytes).prefix(16))
    }

    private static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        var context = SHA256_CTX()
        SHA256_Init(&context)
        SHA256_Update(&context, bytes, bytes.count)
        return [UInt8](unsafeUninitializedCapacity: Int(SHA256_DIGEST_LENGTH)) { digest, count in
            SHA256_Final(digest.baseAddress, &context)
            count = digest.count
        }
    }

    private static func hex(_ bytes: some Sequence<UInt8>) -> String {
        let digits: StaticString = "0123456789abcdef"
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits.utf8Start[Int(byte >> 4)])
            text.append(digits.utf8Start[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
