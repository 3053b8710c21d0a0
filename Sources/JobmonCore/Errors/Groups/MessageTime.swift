/// Dates and times in a message.
enum MessageTime {
    /// The end of a date, a time of day, or both, that begins with digits here.
    static func end(at start: Int, in text: MessageBytes) -> Int? {
        guard !text[start - 1].isWordPart else { return nil }
        if let date = date(at: start, in: text) {
            guard text[date].isOne(of: "T _"), let clock = clock(at: date + 1, in: text) else {
                return text[date].isWordPart ? nil : date
            }
            return zone(at: clock, in: text)
        }
        // Behind a colon it is the line and the column of a source.
        guard text[start - 1] != UInt8(ascii: ":"), let clock = clock(at: start, in: text) else { return nil }
        return zone(at: clock, in: text)
    }

    /// The end of `Nov 28 16:40:09`, or `Sat Nov 28 15:57:22 2026`.
    static func endWithNames(at start: Int, in text: MessageBytes) -> Int? {
        guard let word = ShortWord(text[start..<start + 3]) else { return nil }
        if weekdays.contains(word) {
            let next = start + (text[start + 3] == UInt8(ascii: ",") ? 5 : 4)
            guard text[next - 1] == 0x20, let month = ShortWord(text[next..<next + 3]), months.contains(month) else {
                return nil
            }
            return endWithMonth(at: next, in: text)
        }
        return months.contains(word) ? endWithMonth(at: start, in: text) : nil
    }

    private static func endWithMonth(at start: Int, in text: MessageBytes) -> Int? {
        var index = start + 3
        while text[index] == 0x20 { index += 1 }
        let day = text.digits(from: index)
        guard index > start + 3, 1...2 ~= day - index, !text[day].isWordPart else { return nil }
        guard text[day] == 0x20, let clock = clock(at: day + 1, in: text) else { return day }
        let year = text.digits(from: clock + 1)
        return text[clock] == 0x20 && year - clock == 5 ? year : clock
    }

    private static let weekdays = ShortWord.set("mon tue wed thu fri sat sun")
    private static let months = ShortWord.set("jan feb mar apr may jun jul aug sep oct nov dec")

    /// 2026-01-31, 2026/01/31, 31.01.2026. What goes on behind it is a path, a file or an identifier.
    private static func date(at start: Int, in text: MessageBytes) -> Int? {
        let first = text.digits(from: start)
        let separator = text[first]
        guard separator.isOne(of: "-/.") else { return nil }
        let second = text.digits(from: first + 1)
        guard second - first == 3, text[second] == separator else { return nil }
        let third = text.digits(from: second + 1)
        let digits = (first - start, third - second - 1)
        guard digits == (4, 2) || digits == (2, 4), !text[third].isOne(of: "-/") else { return nil }
        return text[third] == UInt8(ascii: ".") && text[third + 1].isWordPart ? nil : third
    }

    /// 15:57, 15:57:22, 15:57:22.123
    private static func clock(at start: Int, in text: MessageBytes) -> Int? {
        let hours = text.digits(from: start)
        let minutes = text.digits(from: hours + 1)
        guard 1...2 ~= hours - start, text[hours] == UInt8(ascii: ":"), minutes - hours == 3 else { return nil }
        let seconds = text.digits(from: minutes + 1)
        guard text[minutes] == UInt8(ascii: ":"), seconds - minutes == 3 else {
            return hours - start == 2 && !text[minutes].isWordPart ? minutes : nil
        }
        guard text[seconds].isOne(of: ".,"), text[seconds + 1].isDigit else { return seconds }
        return text.digits(from: seconds + 1)
    }

    /// Z, +01:00
    private static func zone(at end: Int, in text: MessageBytes) -> Int {
        if text[end] == UInt8(ascii: "Z"), !text[end + 1].isWordPart { return end + 1 }
        guard text[end].isOne(of: "+-") else { return end }
        let hours = text.digits(from: end + 1)
        if hours - end == 5 { return hours }
        let minutes = text.digits(from: hours + 1)
        return hours - end == 3 && text[hours] == UInt8(ascii: ":") && minutes - hours == 3 ? minutes : end
    }
}
