import CJobmonPOSIX
import Glibc
import JobmonCore
import JobmonProcesses
import JobmonReporting
import JobmonSystem
import JobmonWire

/// `jobmon exec --task MANIFEST`: what a queue's array job runs in each of its tasks.
enum TaskMain {
    /// Runs the instance that is this task's, reports on it, and ends this process the way its command ended.
    static func run(_ path: String) -> Never {
        let layout = DirectoryLayout(root: path.split(separator: "/").dropLast(2).reduce("") { "\($0)/\($1)" })
        do throws(Problem) {
            let (manifest, order, job) = try read(path)
            claim(order, layout, job, manifest: path)
            try TaskRun(order, manifest: manifest, layout: layout, job: job).finish()
        } catch {
            ExecMain.say("\(path): \(error)")
            _exit(Int32(TaskExit.noInput))
        }
    }

    private static func read(_ path: String) throws(Problem) -> (TaskManifest, InstanceOrder, ClusterJob) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw Problem(.notFound, "the manifest can't be read: \(SystemError.text())")
        }
        defer { close(descriptor) }
        let reader = TaskManifest.Reader { offset, count in
            Descriptor.read(descriptor, from: offset, atMost: count)
        }
        let manifest = try reader.header()
        guard let job = ClusterJob.current(of: ClusterScheduler(rawValue: manifest.executor)), let task = job.task
        else {
            throw Problem(.notFound, "this is not a task of an array job of \(manifest.executor)")
        }
        return (manifest, try reader.order(task), job)
    }

    /// Makes this task the one that runs the instance. A scheduler may start a job once more, after a node failed or was
    /// thought to: that would be another attempt, which the queue decides on, and not this one.
    private static func claim(_ order: InstanceOrder, _ layout: DirectoryLayout, _ job: ClusterJob, manifest: String) {
        let path = layout.fence(order.instanceKey)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            let error = errno
            if error == EEXIST {
                ExecMain.say(
                    "instance \(order.instanceKey) was started before, or given up (\(path)): its command was not run")
                _exit(Int32(TaskExit.forbidden))
            }
            ExecMain.say("\(path): \(SystemError.text(error)): the command was not run")
            _exit(Int32(TaskExit.cantCreate))
        }
        let text = Array("\(HostIdentity.host) \(getpid()) \(job.executorID)\n".utf8)
        _ = text.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
        // Whoever removes what an array job left removes the manifest first: then the fence that we did not find may have
        // been there, and our instance been given up.
        // (Opened, not looked up: a network file system answers that from memory.)
        let stillThere = open(manifest, O_RDONLY | O_CLOEXEC)
        guard stillThere >= 0 else {
            unlink(path)
            ExecMain.say("\(manifest) is gone, so all its instances are over: the command was not run")
            _exit(Int32(TaskExit.forbidden))
        }
        close(stillThere)
    }
}
