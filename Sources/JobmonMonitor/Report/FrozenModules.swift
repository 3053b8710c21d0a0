/// The modules of the page for a file that is opened from disk, where a module cannot import another by its address:
/// they import each other by names, which an import map gives their texts.
enum FrozenModules {
    /// The name by which a module is imported.
    static func name(_ file: String) -> String { "jobmon/\(file)" }

    /// The text of a module with its imports by name: `'./dom.js'` becomes `'jobmon/dom.js'`. What asks the monitor in
    /// the page is answered by the report: `frozen.js` takes the place of `api.js`, except for itself.
    /// - Parameter files: the files that are modules; any other text is left as it is.
    static func rewritten(_ text: [UInt8], of file: String, files: Set<String>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count + 1024)
        let (quote, begin) = (UInt8(ascii: "'"), Array("'./".utf8))
        var index = 0
        while index < text.count {
            let start = index + begin.count
            if text[index] == quote, start < text.count, text[index..<start].elementsEqual(begin),
                let end = text[start...].firstIndex(of: quote)
            {
                let target = String(decoding: text[start..<end], as: UTF8.self)
                if files.contains(target) {
                    let taken = target == "api.js" && file != "frozen.js" ? "frozen.js" : target
                    result += Array("'\(name(taken))'".utf8)
                    index = end + 1
                    continue
                }
            }
            result.append(text[index])
            index += 1
        }
        return result
    }
}
