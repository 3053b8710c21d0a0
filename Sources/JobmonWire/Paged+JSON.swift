package import JobmonCore

extension Paged {
    /// A page as it is answered: the items under `name`, and `next`, the `after` of the next page or null.
    package func json(_ name: String, _ item: (Item) -> JSON) -> JSON {
        .object(JSONObject([(name, .array(items.map(item))), ("next", .number(next))]))
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
