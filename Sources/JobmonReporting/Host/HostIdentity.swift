import CJobmonPOSIX
import Glibc

/// Identifies this machine and its present boot.
package enum HostIdentity {
    /// The host's name, from the kernel.
    package static let host: String = {
        var names = utsname()
        guard uname(&names) == 0 else { return "localhost" }
        return withUnsafeBytes(of: names.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }()

    /// The kernel's id of this boot; nil if it cannot be read. If it differs from a recorded one, all processes of that
    /// time are over.
    package static let bootID: String? = {
        guard let bytes = SmallFile.read("/proc/sys/kernel/random/boot_id", limit: 128) else { return nil }
        let text = String(decoding: bytes.filter { $0 > 0x20 }, as: UTF8.self)
        return text.isEmpty ? nil : text
    }()

    /// The pid namespace of this process; nil if it cannot be read.
    package static let pidNamespace: Int64? = {
        var status = stat()
        return stat("/proc/self/ns/pid", &status) == 0 ? Int64(status.st_ino) : nil
    }()
}

/// A new random UUID (version 4), in lower case.
package func makeUUID() -> String {
    var bytes = [UInt8](repeating: 0, count: 16)
    if jobmon_random(&bytes, bytes.count) != 0 {
        // The kernel has no getrandom: the system's generator reads /dev/urandom.
        for index in bytes.indices { bytes[index] = UInt8.random(in: 0...255) }
    }
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
    let hex = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(36)
    for (index, byte) in bytes.enumerated() {
        if index == 4 || index == 6 || index == 8 || index == 10 { text.append(UInt8(ascii: "-")) }
        text.append(hex[Int(byte >> 4)])
        text.append(hex[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
}
