package import JobmonCore
import JobmonSystem

/// The living processes that were started with `JOBMON_INSTANCE` set to one of the keys.
/// - Returns: nil when `/proc` can't be read.
package func livingProcesses(ofInstances keys: [String]) -> [ProcessIdentity]? {
    ProcessSnapshot.take()?.records.filter { !$0.isOver && $0.marks.instance.map(keys.contains) ?? false }.map(
        \.identity)
}
