/// What the type of an exception says about its message and its place.
struct ErrorType {
    /// The name without the module or the class that it belongs to.
    private let name: String

    init(_ type: String) {
        let start = type.utf8.lastIndex {
            $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "$")
        }
        name = start.map { String(type[type.utf8.index(after: $0)...]) } ?? type
    }

    /// The type at the start of a message (`KeyError: 'mass'`), for texts of which only that line was found.
    init?(before message: String) {
        let name = message.utf8.prefix {
            $0.isASCIILetter || $0.isDigit || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".")
        }
        guard message.utf8[name.endIndex...].first == UInt8(ascii: ":") else { return nil }
        let type = String(Substring(name))
        guard type.hasSuffix("Error") || type.hasSuffix("Exception") else { return nil }
        self.init(type)
    }

    /// The values in quotes in its messages are names of the code: they are the cause.
    var quotesNames: Bool { Self.ofCode.contains(name) || Self.ofParts.contains(name) }

    /// It says that a part of the software is missing. Which file asks for it first is no part of the cause.
    var isOfParts: Bool { Self.ofParts.contains(name) }

    /// It can show anywhere: memory, time and connections are those of the machine, and an interrupt comes from outside.
    var isOfMachine: Bool { Self.ofMachine.contains(name) }

    /// The place where a recursion comes to its end is any of its functions.
    var isOfRecursion: Bool { name == "RecursionError" || name == "StackOverflowError" }

    private static let ofCode: Set = [
        "KeyError", "NameError", "UnboundLocalError", "AttributeError", "TypeError", "SyntaxError", "IndentationError",
        "ReferenceError", "UndefVarError", "MethodError", "NotImplementedError", "NullPointerException",
        "ClassCastException", "NoSuchMethodError", "NoSuchFieldError", "NoSuchMethodException",
        "NoSuchElementException",
    ]
    private static let ofParts: Set = [
        "ModuleNotFoundError", "ImportError", "PackageNotFoundError", "ClassNotFoundException", "NoClassDefFoundError",
        "UnsatisfiedLinkError",
    ]
    private static let ofMachine: Set = [
        "MemoryError", "_ArrayMemoryError", "OutOfMemoryError", "TimeoutError", "ReadTimeout", "ConnectTimeout",
        "ConnectionError", "ConnectionRefusedError", "ConnectionResetError", "BrokenPipeError", "KeyboardInterrupt",
        "SystemExit", "InterruptedError",
    ]
}
