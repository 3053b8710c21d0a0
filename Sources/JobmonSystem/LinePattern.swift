import CPCRE2
package import JobmonCore

/// A regular expression (PCRE2) that is looked for in lines of output.
///
/// Lines are UTF-8; bytes that are none match nothing but are no error. A match that takes too many steps is given up:
/// some expressions take exponential time on some lines.
package final class LinePattern: Sendable {
    /// The expression as the user wrote it.
    package let source: String
    // The library does not change a compiled expression, and frees it once: threads may share it.
    private nonisolated(unsafe) let code: OpaquePointer

    /// What a line has of it.
    package enum Answer: Sendable, Equatable {
        case found
        case absent
        /// It was given up.
        case tooCostly
    }

    /// Steps of one match after which it is given up: about a hundredth of a second.
    private static let mostSteps: UInt32 = 200_000
    /// KiB of memory for one match.
    private static let mostMemory: UInt32 = 16 << 10
    /// Bytes of an expression.
    private static let longest = 8 << 10

    /// - Throws: `invalid`: what is wrong with the expression, and where.
    package init(_ source: String) throws(Problem) {
        guard !source.isEmpty else { throw Problem(.invalid, "the regular expression is empty") }
        guard source.utf8.count <= Self.longest else {
            throw Problem(.invalid, "the regular expression is longer than \(Self.longest) bytes")
        }
        var error: Int32 = 0
        var offset = 0
        let bytes = Array(source.utf8)
        let options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C
        guard let code = pcre2_compile_8(bytes, bytes.count, options, &error, &offset, nil) else {
            let place = String(decoding: bytes.prefix(offset), as: UTF8.self).count + 1
            throw Problem(
                .invalid, "the regular expression \"\(source)\" is invalid: \(Self.text(error)) (at character \(place))"
            )
        }
        // Where the system forbids code that is made while a program runs, the slower way is taken.
        pcre2_jit_compile_8(code, PCRE2_JIT_COMPLETE)
        self.source = source
        self.code = code
        if Matcher(self).look([]) == .found {
            throw Problem(
                .invalid, "the regular expression \"\(source)\" matches an empty line, so that every job would fail",
                hint: "make it name what the line must have")
        }
    }

    deinit { pcre2_code_free_8(code) }

    private static func text(_ error: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let length = pcre2_get_error_message_8(error, &buffer, buffer.count)
        return length > 0 ? String(decoding: buffer.prefix(Int(length)), as: UTF8.self) : "error \(error)"
    }

    /// Looks for an expression in many lines, with the same memory for all. For one thread.
    package final class Matcher {
        private let pattern: LinePattern
        private let data: OpaquePointer?
        private let context: OpaquePointer?

        package init(_ pattern: LinePattern) {
            self.pattern = pattern
            data = pcre2_match_data_create_8(1, nil)
            context = pcre2_match_context_create_8(nil)
            pcre2_set_match_limit_8(context, LinePattern.mostSteps)
            pcre2_set_depth_limit_8(context, LinePattern.mostSteps)
            pcre2_set_heap_limit_8(context, LinePattern.mostMemory)
        }

        deinit {
            pcre2_match_data_free_8(data)
            pcre2_match_context_free_8(context)
        }

        /// - Parameter line: the bytes of one line, without its end.
        package func look(_ line: [UInt8]) -> Answer { line.withUnsafeBufferPointer { look($0) } }

        /// - Parameters:
        ///   - line: the bytes of one line, or of a part of one, without its end.
        ///   - isBegin, isEnd: where it begins and ends, the line does so too.
        package func look(_ line: UnsafeBufferPointer<UInt8>, isBegin: Bool = true, isEnd: Bool = true) -> Answer {
            let options = (isBegin ? 0 : PCRE2_NOTBOL) | (isEnd ? 0 : PCRE2_NOTEOL)
            // The library takes no null pointer, not even for nothing.
            guard let start = line.baseAddress else {
                return [UInt8(0)].withUnsafeBufferPointer { match($0.baseAddress, 0, options) }
            }
            return match(start, line.count, options)
        }

        private func match(_ start: UnsafePointer<UInt8>?, _ count: Int, _ options: UInt32) -> Answer {
            var result = pcre2_match_8(pattern.code, start, count, 0, options, data, context)
            // The quick way has little memory; the slow one has what is allowed above.
            if result == PCRE2_ERROR_JIT_STACKLIMIT {
                result = pcre2_match_8(pattern.code, start, count, 0, options | PCRE2_NO_JIT, data, context)
            }
            if result >= 0 { return .found }
            return result == PCRE2_ERROR_NOMATCH || result == PCRE2_ERROR_PARTIAL ? .absent : .tooCostly
        }
    }
}
