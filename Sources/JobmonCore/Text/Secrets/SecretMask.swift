/// Masks secrets in what people are shown: passwords, tokens and keys in the environment, command lines, params and output
/// of jobs.
///
/// A secret is known by its name (`API_KEY=`, `--password x`), by its place (`scheme://user:password@host`) or by its form
/// (`ghp_` and 36 letters, the lines of a private key). What helps to find an error stays: names, users, hosts, paths,
/// numbers, plain words where a name may mean anything (`key=year`), references (`$DB_PASSWORD`). To mask a masked text
/// changes nothing.
package enum SecretMask {
    /// What stands for a secret.
    package static let mask = "[masked]"

    /// A text of any number of lines, such as an error, a shell line or output. The number of lines stays.
    package static func masked(_ text: String) -> String {
        // What stands around a mask may read differently once it is there (`token=` before what was taken for a path): the
        // result is one in which nothing is left to mask. Only texts with secrets are looked at again.
        var last = text
        for _ in 0..<4 {
            guard let shown = shown(last, { SecretScan.ranges(in: $0) }), shown != last else { break }
            last = shown
        }
        return last
    }

    /// A command as its arguments, the program first if it is known. An option and its value may be two arguments.
    package static func masked(arguments: [String]) -> [String] {
        var options = SecretOptions()
        return arguments.map { argument in
            switch options.part(of: argument) {
            case .none: masked(argument)
            case .all: mask
            case .behind(let count): argument.firstBytes(count) + mask
            }
        }
    }

    /// The variables of an environment. A name that says so makes the whole value a secret.
    package static func masked(environment: JSONObject) -> JSONObject { masked(environment, in: .environment) }

    /// The params of a job. Their names are chosen freely: a `key` that is `year` is no secret.
    package static func masked(params: JSONObject) -> JSONObject { masked(params, in: .assigned) }

    /// The value of a variable of the environment.
    package static func masked(_ value: String, ofVariable name: String) -> String {
        masked(value, named: name, in: .environment)
    }

    /// Whether a variable of this name holds a secret, whatever its value is.
    package static func isSecretName(_ name: String) -> Bool {
        guard let found = SecretName(name), found.kind != .dsn else { return SecretName(name) != nil }
        let strictness = found.strictness(in: .environment)
        return strictness == .always || strictness == .notNumber
    }
}

extension SecretMask {
    private static func masked(_ object: JSONObject, in place: SecretPlace) -> JSONObject {
        JSONObject(object.members.map { ($0.name, masked($0.value, named: $0.name, in: place)) })
    }

    private static func masked(_ value: JSON, named name: String, in place: SecretPlace) -> JSON {
        switch value {
        case .null, .bool: value
        case .int, .double:
            SecretName(name)?.strictness(in: place) == .always ? .string(mask) : value
        case .string(let text): .string(masked(text, named: name, in: place))
        case .array(let values): .array(values.map { masked($0, named: name, in: place) })
        case .object(let object): .object(masked(object, in: place))
        }
    }

    private static func masked(_ value: String, named name: String, in place: SecretPlace) -> String {
        guard let found = SecretName(name) else { return masked(value) }
        if found.kind == .authorization || found.kind == .dsn || found.kind == .cookie && place != .environment {
            // What is known of the form says more: `Bearer [masked]`, `postgres://me:[masked]@db/x`.
            let shown = found.kind == .authorization ? masked(credentials: value) : masked(value)
            let isMasked = shown != value || value[...].firstRange(of: mask) != nil
            if isMasked || place != .environment || found.kind == .dsn && isAddress(value) { return shown }
        }
        var copy = value
        let isSecret = copy.withUTF8 { bytes in
            SecretValue(SecretBytes(bytes), 0..<bytes.count, named: found).isSecret(found.strictness(in: place))
        }
        return isSecret ? mask : masked(value)
    }

    /// What an `Authorization:` header says.
    private static func masked(credentials value: String) -> String {
        masked(value) { text in
            var scan = SecretScan(text)
            scan.takeCredentials(0..<text.count, isStrict: false)
            return scan.found.isEmpty ? SecretScan.ranges(in: text) : scan.found
        }
    }

    /// Whether it is a URL in which nothing is masked.
    private static func isAddress(_ value: String) -> Bool { value[...].firstRange(of: "://") != nil }

    static func masked(_ text: String, from start: Int = 0, _ find: (SecretBytes) -> [Range<Int>]) -> String {
        shown(text, from: start, find) ?? text
    }

    /// - Parameter start: what stands before it is not shown.
    /// - Returns: nil if there is nothing to mask.
    private static func shown(_ text: String, from start: Int = 0, _ find: (SecretBytes) -> [Range<Int>]) -> String? {
        var text = text
        let shown: [UInt8]? = text.withUTF8 { bytes in
            let found = find(SecretBytes(bytes))
            if found.isEmpty, start == 0 { return nil }
            var shown: [UInt8] = []
            shown.reserveCapacity(bytes.count - start + mask.utf8.count)
            var place = start
            for range in found where range.upperBound > start {
                if range.lowerBound > place { shown += bytes[place..<range.lowerBound] }
                shown += mask.utf8
                place = range.upperBound
            }
            shown += bytes[place...]
            return shown
        }
        return shown.map { String(decoding: $0, as: UTF8.self) }
    }
}
