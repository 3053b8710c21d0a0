import Foundation
import JobmonCore
import Testing

@Suite struct TimestampTests {
    /// Thousands of moments in ten thousand years are written as Foundation writes them, and read back.
    @Test func writesAsFoundationDoes() {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        var random = SeededRandom(seed: 3)
        for turn in 0..<5000 {
            // The years 0001 to 9999, half of them near the present. Foundation's calendar is Julian before 1582.
            let range: ClosedRange<Int64> =
                turn.isMultiple(of: 2) ? 0...4_102_444_800 : -12_219_292_800...253_402_300_799
            let seconds = Int64.random(in: range, using: &random)
            let milliseconds = seconds * 1000 + Int64.random(in: 0..<1000, using: &random)
            let time = Timestamp(milliseconds: milliseconds)
            #expect(Timestamp(time.description) == time)
            let whole = Timestamp(milliseconds: seconds * 1000)
            #expect(whole.description == Date(timeIntervalSince1970: Double(seconds)).formatted(style))
        }
    }

    /// Every day of four centuries follows the previous one.
    @Test func everyDayFollows() {
        var previous = Timestamp(milliseconds: -62_135_596_800_000)
        #expect(previous.description == "0001-01-01T00:00:00.000Z")
        for _ in 0..<146_097 {
            let next = Timestamp(milliseconds: previous.milliseconds + 86_400_000)
            #expect(next.description > previous.description)
            #expect(Timestamp(next.description) == next)
            previous = next
        }
        #expect(previous.description == "0401-01-01T00:00:00.000Z")
    }

    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1969-12-31T23:59:59.999Z", -1), ("2000-02-29T12:00:00Z", 951_825_600_000),
            ("2026-01-31T09:30:00.000Z", 1_769_851_800_000), ("2026-01-31T09:30:00.5Z", 1_769_851_800_500),
            ("2026-01-31T09:30:00.123456789Z", 1_769_851_800_123), ("2026-01-31t09:30:00z", 1_769_851_800_000),
            ("2026-01-31T11:30:00+02:00", 1_769_851_800_000), ("2026-01-31T04:00:00-05:30", 1_769_851_800_000),
            ("2016-12-31T23:59:60Z", 1_483_228_800_000), ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
        ] as [(String, Int64)]) func reads(_ text: String, _ milliseconds: Int64)
    {
        #expect(Timestamp(text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "2026", "2026-01-31", "2026-01-31T09:30:00", "2026-01-31 09:30:00Z", "2026-1-31T09:30:00Z",
        "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-31T24:00:00Z", "2026-01-31T09:60:00Z",
        "2026-01-31T09:30:61Z", "2026-01-31T09:30:00.Z", "2026-01-31T09:30:00.000", "2026-01-31T09:30:00+2:00",
        "2026-01-31T09:30:00+0200", "2026-01-31T09:30:00+02:00Z", "2026-01-31T09:30:00ZZ", "2026-01-31T09:30:00+24:00",
        "+026-01-31T09:30:00Z", "2026-01-31T09:3é:00Z", "0000-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00",
    ]) func refuses(_ text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test func countsSeconds() {
        let time = Timestamp(milliseconds: 1_000)
        #expect(time.advanced(bySeconds: 1.5).milliseconds == 2500)
        #expect(time.advanced(bySeconds: -1.5).milliseconds == -500)
        #expect(time.advanced(bySeconds: 1.5).seconds(since: time) == 1.5)
        #expect(time < time.advanced(bySeconds: 0.001))
    }

    /// A limit in a message may be any number: the result is limited to what can be written, and nothing traps.
    @Test func neverLeavesTheCalendar() {
        let time = Timestamp(milliseconds: 0)
        #expect(time.advanced(bySeconds: 1e300).description == "9999-12-31T23:59:59.999Z")
        #expect(time.advanced(bySeconds: .infinity).description == "9999-12-31T23:59:59.999Z")
        #expect(time.advanced(bySeconds: -1e300).description == "0000-01-01T00:00:00.000Z")
        #expect(time.advanced(bySeconds: .nan) == time)
    }
}
