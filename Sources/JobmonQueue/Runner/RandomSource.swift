import JobmonCore

/// The source of random numbers, for new instance keys and the jitter of delays. A test can make it repeatable.
package struct RandomSource: Sendable {
    private var next: @Sendable () -> UInt64

    /// - Parameter next: returns 64 random bits per call.
    package init(_ next: @escaping @Sendable () -> UInt64) { self.next = next }

    /// The system's random generator.
    package static let system = RandomSource {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }

    /// A number from 0 up to 1.
    func unit() -> Double { Double(next() >> 11) / Double(1 << 53) }

    /// A UUID that begins with the time (version 7), in lower case. Instances that are made one after the other are
    /// adjacent in the ledger's index, so that a commit writes a few of its pages, not one per instance.
    func uuid(at time: Timestamp) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var high = next()
        var low = next()
        high = UInt64(truncatingIfNeeded: time.milliseconds) << 16 | 0x7000 | high & 0x0FFF
        low = (low & 0x3FFF_FFFF_FFFF_FFFF) | 0x8000_0000_0000_0000
        return String(unsafeUninitializedCapacity: 36) { buffer in
            var written = 0
            for position in 0..<32 {
                if position == 8 || position == 12 || position == 16 || position == 20 {
                    buffer[written] = UInt8(ascii: "-")
                    written += 1
                }
                let word = position < 16 ? high : low
                buffer[written] = digits[Int(word >> UInt64(60 - 4 * (position % 16)) & 15)]
                written += 1
            }
            return written
        }
    }
}
