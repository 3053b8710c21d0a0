import Glibc

/// What a wrapper of a scheduler's command finds in its environment, if the hook has become that wrapper: it may run the
/// first command of its name on PATH, which is the hook again, and would go round without end.
struct HookGuard: Equatable {
    static let variable = "JOBMON_HOOK_GUARD"
    /// How often a wrapper may call the hook from within, before it is passed over.
    static let patience = 3

    /// The process that became the wrapper.
    var pid: Int32
    var count: Int
    /// The wrapper.
    var path: String

    init(pid: Int32, count: Int, path: String) {
        self.pid = pid
        self.count = count
        self.path = path
    }

    init?(_ text: String) {
        let words = text.split(separator: " ", maxSplits: 2)
        guard words.count == 3, let pid = Int32(words[0]), let count = Int(words[1]) else { return nil }
        self.init(pid: pid, count: count, path: String(words[2]))
    }

    var text: String { "\(pid) \(count) \(path)" }

    /// What the environment has, if it is meant for this process: that of a job that was submitted is not.
    static func current(_ name: String) -> HookGuard? {
        guard let value = getenv(variable), let found = HookGuard(String(cString: value)) else { return nil }
        return HookPlan.lastPart(found.path) == name && isAbove(found.pid) ? found : nil
    }

    /// Says it to whoever a file that this process becomes runs. A program of its own runs nobody.
    static func set(_ path: String, count: Int) {
        if RealCommand.isProgram(path) {
            unsetenv(variable)
        } else {
            setenv(variable, HookGuard(pid: getpid(), count: count, path: path).text, 1)
        }
    }

    private static func isAbove(_ pid: Int32) -> Bool { HookStart.above { $0 == pid } }
}
