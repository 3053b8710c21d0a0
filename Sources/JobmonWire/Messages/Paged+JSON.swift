package import JobmonCore

extension Paged {
    /// A page in its form in an answer, as compact text: the items under `name`, and `next`, the `after` of the next
    /// page or null. It is written item by item, since a page of large errors has megabytes.
    package func text(_ name: String, _ item: (Item) -> JSON) -> [UInt8] {
        var bytes = Array("{\"\(name)\":[".utf8)
        for (index, value) in items.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            item(value).write(to: &bytes)
        }
        bytes += Array("],\"next\":\(next.map(String.init) ?? "null")}".utf8)
        return bytes
    }

    package init(
        _ json: JSON, _ name: String, _ item: (JSON) throws(FieldError) -> Item
    ) throws(FieldError) {
        let fields = try JSONFields(json, named: "the answer")
        var items: [Item] = []
        for value in try fields.objects(name) { items.append(try item(value)) }
        self.init(items: items, next: try fields.int("next"))
    }
}
