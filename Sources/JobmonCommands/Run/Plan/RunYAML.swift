import JobmonCore
import Yams

/// Reads job files in YAML: a list of objects, or one object per document.
enum RunYAML {
    /// The objects, with the lines on which they begin.
    /// - Throws: `CommandFailure` with the file's name and the line.
    static func read(_ text: String, path: String) throws -> [(line: Int, json: JSON)] {
        var jobs: [(line: Int, json: JSON)] = []
        do {
            var documents = try Yams.compose_all(yaml: text)
            while let node = documents.next() {
                if case .sequence(let list) = node {
                    for item in list { jobs.append((line: line(item), json: json(item))) }
                } else {
                    jobs.append((line: line(node), json: json(node)))
                }
            }
            if let error = documents.error { throw error }
        } catch let error as YamlError {
            throw failure(error, path: path)
        }
        return jobs
    }

    private static func failure(_ error: YamlError, path: String) -> CommandFailure {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            CommandFailure(.usage, "\(path), line \(mark.line): not YAML: \(problem)")
        default: CommandFailure(.usage, "\(path): not YAML: \(error)")
        }
    }

    private static func line(_ node: Node) -> Int { node.mark?.line ?? 1 }

    private static func json(_ node: Node) -> JSON {
        switch node {
        case .scalar(let scalar): return value(scalar)
        case .sequence(let list): return .array(list.map(json))
        case .mapping(let mapping):
            var object = JSONObject()
            for (name, value) in mapping { object.append(name.string ?? "", json(value)) }
            return .object(object)
        case .alias: return .null
        }
    }

    /// The value of a plain scalar according to the core schema of YAML 1.2: `no` and `007` are texts.
    private static func value(_ scalar: Node.Scalar) -> JSON {
        guard scalar.style == .plain || scalar.style == .any else { return .string(scalar.string) }
        switch scalar.string {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: break
        }
        guard let number = try? JSON(parsing: scalar.string) else { return .string(scalar.string) }
        switch number {
        case .int, .double: return number
        default: return .string(scalar.string)
        }
    }
}
