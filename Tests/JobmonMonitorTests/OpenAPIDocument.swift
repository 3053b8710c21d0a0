import Foundation
import JobmonCore
import Yams

/// `docs/openapi.yaml`, with the part of JSON Schema that it uses, to validate real answers.
struct OpenAPIDocument {
    struct Unusable: Error, CustomStringConvertible {
        let description: String
    }

    private let root: [String: Any]

    init() throws {
        var folder = URL(fileURLWithPath: #filePath)
        folder.deleteLastPathComponent()
        folder.appendPathComponent("../../docs/openapi.yaml")
        let text = try String(contentsOf: folder.standardizedFileURL, encoding: .utf8)
        guard let root = try Yams.load(yaml: text) as? [String: Any] else { throw Unusable(description: "no object") }
        self.root = root
    }

    /// Every path with its methods.
    var operations: Set<String> {
        let paths = root["paths"] as? [String: [String: Any]] ?? [:]
        return Set(paths.flatMap { path, methods in methods.keys.map { "\($0.uppercased()) \(path)" } })
    }

    /// The values of an enumeration schema.
    func words(_ name: String) throws -> [String] {
        let schema = try resolve(["$ref": "#/components/schemas/\(name)"])
        return schema["enum"] as? [String] ?? []
    }

    /// The members of a schema.
    func members(_ name: String) throws -> Set<String> {
        let schema = try resolve(["$ref": "#/components/schemas/\(name)"])
        return Set((schema["properties"] as? [String: Any] ?? [:]).keys)
    }

    /// The errors in the body of an answer; empty if it is valid.
    func faults(_ method: String, _ path: String, status: Int, body: JSON) throws -> [String] {
        let paths = root["paths"] as? [String: [String: Any]] ?? [:]
        guard let operation = paths[path]?[method.lowercased()] as? [String: Any],
            let responses = operation["responses"] as? [String: Any]
        else { throw Unusable(description: "\(method) \(path) is not described") }
        guard let described = responses[String(status)] ?? responses["default"] as Any? else {
            return ["status \(status) is not described"]
        }
        let response = try resolve(described)
        guard let content = response["content"] as? [String: Any],
            let media = content["application/json"] as? [String: Any], let schema = media["schema"]
        else { throw Unusable(description: "\(method) \(path) \(status) has no schema") }
        return try faults(body, schema, at: "$")
    }

    func faults(_ value: JSON, schema name: String) throws -> [String] {
        try faults(value, ["$ref": "#/components/schemas/\(name)"], at: "$")
    }

    private func resolve(_ any: Any) throws -> [String: Any] {
        guard let object = any as? [String: Any] else { throw Unusable(description: "\(any) is no object") }
        guard let reference = object["$ref"] as? String else { return object }
        var found: Any = root
        for part in reference.dropFirst(2).split(separator: "/") {
            guard let next = (found as? [String: Any])?[String(part)] else {
                throw Unusable(description: "\(reference) is not there")
            }
            found = next
        }
        return try resolve(found)
    }

    private func faults(_ value: JSON, _ any: Any, at path: String) throws -> [String] {
        let schema = try resolve(any)
        var faults: [String] = []
        for (keyword, rule) in schema {
            switch keyword {
            case "description": break
            case "type":
                let types = rule as? [String] ?? [rule as? String ?? ""]
                if !types.contains(where: { Self.matches(value, $0) }) { faults.append("\(path) is not \(types)") }
            case "enum":
                if !(rule as? [String] ?? []).map(JSON.string).contains(value) {
                    faults.append("\(path) is not listed")
                }
            case "const": if value != .bool(rule as? Bool ?? false) { faults.append("\(path) is not \(rule)") }
            case "pattern":
                guard case .string(let text) = value, let pattern = rule as? String else { break }
                if text.range(of: pattern, options: .regularExpression) == nil { faults.append("\(path) is \(text)") }
            case "minLength", "maxLength", "minimum", "maximum", "maxItems":
                if !Self.keeps(value, keyword, rule as? Int ?? 0) { faults.append("\(path) breaks \(keyword)") }
            case "items":
                guard case .array(let values) = value else { break }
                for (index, item) in values.enumerated() {
                    faults += try self.faults(item, rule, at: "\(path)[\(index)]")
                }
            case "oneOf":
                let matching = try (rule as? [Any] ?? []).filter { try self.faults(value, $0, at: path).isEmpty }
                if matching.count != 1 { faults.append("\(path) matches \(matching.count) of its alternatives") }
            case "required":
                guard case .object(let object) = value else { break }
                for name in rule as? [String] ?? [] where object[name] == nil {
                    faults.append("\(path).\(name) is missing")
                }
            case "properties":
                guard case .object(let object) = value else { break }
                for (name, schema) in rule as? [String: Any] ?? [:] {
                    if let member = object[name] { faults += try self.faults(member, schema, at: "\(path).\(name)") }
                }
            case "additionalProperties":
                guard case .object(let object) = value else { break }
                let named = Set((schema["properties"] as? [String: Any] ?? [:]).keys)
                for member in object.members where !named.contains(member.name) {
                    if rule as? Bool == false {
                        faults.append("\(path).\(member.name) is not described")
                    } else if rule is [String: Any] {
                        faults += try self.faults(member.value, rule, at: "\(path).\(member.name)")
                    }
                }
            default: throw Unusable(description: "the keyword \(keyword) is not understood")
            }
        }
        return faults
    }

    private static func matches(_ value: JSON, _ type: String) -> Bool {
        switch (value, type) {
        case (.null, "null"), (.bool, "boolean"), (.int, "integer"), (.int, "number"), (.double, "number"),
            (.string, "string"), (.array, "array"), (.object, "object"):
            true
        default: false
        }
    }

    private static func keeps(_ value: JSON, _ keyword: String, _ bound: Int) -> Bool {
        switch (value, keyword) {
        case (.string(let text), "minLength"): text.count >= bound
        case (.string(let text), "maxLength"): text.count <= bound
        case (.int(let number), "minimum"): number >= bound
        case (.int(let number), "maximum"): number <= bound
        case (.double(let number), "minimum"): number >= Double(bound)
        case (.array(let values), "maxItems"): values.count <= bound
        default: true
        }
    }
}
