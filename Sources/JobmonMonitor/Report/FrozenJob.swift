import JobmonCore

/// The answer of a single job as a report has it: of a long error the end, which says most.
enum FrozenJob {
    /// - Parameter most: characters of each text.
    static func shortened(_ answer: JSON, to most: Int) -> JSON {
        guard case .object(var object) = answer, case .object(var job)? = object["job"] else { return answer }
        let instances = job["instances"]?.elements ?? []
        // Lines that are missing in the error of the last attempt, of which the page marks one.
        var missing = 0
        let cut = instances.map { instance -> JSON in
            guard case .object(var members) = instance, case .string(let text)? = members["error"] else {
                missing = 0
                return instance
            }
            let end = end(of: text, most: most)
            missing = end.missing
            members = replacing("error", in: members, by: .string(end.text))
            return .object(members)
        }
        job = replacing("instances", in: job, by: .array(cut))
        object = replacing("job", in: object, by: .object(job))
        if missing > 0, case .object(let explanation)? = object["explanation"],
            let line = explanation["frame"]?.member("line").integer
        {
            // One line, which says how many are missing, is new.
            let frame: JSON = line < missing ? .null : ["line": .int(line - Int64(missing) + 1)]
            object = replacing("explanation", in: object, by: .object(replacing("frame", in: explanation, by: frame)))
        }
        // Room for the line that was added.
        return JSON.object(object).shortened(to: most + 100)
    }

    /// The last lines of a text, at most so many characters; and how many lines before them are missing, which the text
    /// then says in a line of its own.
    static func end(of text: String, most: Int) -> (text: String, missing: Int) {
        guard text.utf8.count > most else { return (text, 0) }
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        var room = most
        var first = lines.count
        while first > 0, lines[first - 1].count < room {
            first -= 1
            room -= lines[first].count + 1
        }
        guard first > 0 else { return (text, 0) }
        // At least the last line, be it empty, and the last with words if that is too long.
        if first == lines.count || lines[first...].allSatisfy(\.isEmpty) {
            let words = String(String.UnicodeScalarView(lines[first - 1].suffix(room)))
            let rest = lines[first...].map { String(String.UnicodeScalarView($0)) }
            let head = first > 1 ? [note(first - 1)] : []
            return ((head + ["\u{2026} \(words)"] + rest).joined(separator: "\n"), max(0, first - 1))
        }
        let kept = lines[first...].map { String(String.UnicodeScalarView($0)) }
        return (([note(first)] + kept).joined(separator: "\n"), first)
    }

    private static func note(_ lines: Int) -> String {
        "\u{2026} \(Units.count(lines, "line")) before this \(lines == 1 ? "is" : "are") not in this report"
    }

    private static func replacing(_ name: String, in object: JSONObject, by value: JSON) -> JSONObject {
        JSONObject(object.members.map { (name: $0.name, value: $0.name == name ? value : $0.value) })
    }
}
