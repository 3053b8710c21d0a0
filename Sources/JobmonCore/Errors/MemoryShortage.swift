/// The messages of programs that asked for memory and got none.
package enum MemoryShortage {
    /// Whether an error message says that. The memory of a graphics card is not meant.
    package static func isSaid(by message: String) -> Bool {
        words.contains { message.holds($0) } && !cards.contains { message.holds($0) }
    }

    /// Without the first letter where a message may begin with it.
    private static let words: [StaticString] = [
        // The C library, and what prints its text: shells, Perl, Go.
        "annot allocate memory", "ut of memory", "emory exhausted",
        "std::bad_alloc",
        // Python and NumPy, Java, Julia.
        "MemoryError", "OutOfMemoryError",
        // R, NumPy, MATLAB.
        "annot allocate vector of size", "nable to allocate", "annot allocate an array",
        // Java at its start, Rust, Fortran, Stata.
        "ould not reserve enough space", "memory allocation of ", "nsufficient virtual memory", "rror allocating ",
        "refuses to provide memory",
    ]
    private static let cards: [StaticString] = ["CUDA", "cuda", "HIP ", "hipError", "GPU"]
}
