extension ErrorReader {
    /// `SUMMARY: AddressSanitizer: heap-buffer-overflow x.c:5 in main`, which stands among pages of memory.
    static let sanitizer = ErrorReader.line("sanitizer", ["Sanitizer: "]) { lines in
        lines.last { $0.hasPrefix("SUMMARY: ") && $0.holds("Sanitizer: ") }.map(String.init)
    }
}
