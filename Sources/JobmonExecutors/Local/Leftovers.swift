import CJobmonPOSIX
import Glibc
import JobmonCore

/// Finds what a dead supervisor left alive of its instances.
struct Leftovers {
    private let keys: [String]
    private var attempts: [ProcessKin.Attempt]
    private let kin: ProcessKin

    init(_ instances: [String: KnownInstance]) {
        keys = Array(instances.keys)
        attempts = keys.map { key in
            ProcessKin.Attempt(root: nil, group: nil, marks: ProcessMarks(instance: key), isKeyed: true)
        }
        for (index, key) in keys.enumerated() {
            if let process = instances[key]?.process, process.started != nil { attempts[index].known = [process] }
        }
        var kin = ProcessKin()
        kin.isOursByRealUser = { jobmon_process_is_ours($0) != 0 }
        kin.isService = { jobmon_process_is_service($0) != 0 }
        self.kin = kin
    }

    /// Who is alive of them, by the table of processes. What is found once is known from then on, also when its parents are
    /// gone.
    mutating func find(among records: [ProcessRecord]) -> [ProcessIdentity] {
        take(groupsOf: records)
        let members = kin.members(of: attempts, among: records)
        for (index, members) in members.enumerated() {
            attempts[index].known.formUnion(members.map(\.identity))
        }
        return members.joined().map(\.identity)
    }

    /// Every command leads a group of its own; its number is the command's.
    private mutating func take(groupsOf records: [ProcessRecord]) {
        var indexOf: [ProcessIdentity: Int] = [:]
        var indexOfKey: [String: Int] = [:]
        for (index, attempt) in attempts.enumerated() {
            for process in attempt.known { indexOf[process] = index }
            indexOfKey[keys[index]] = index
        }
        let own = getpgrp()
        for record in records where record.group == record.identity.pid && record.group != own && !record.isOver {
            let index = indexOf[record.identity] ?? record.marks.instance.flatMap { indexOfKey[$0] }
            guard let index, attempts[index].group == nil else { continue }
            attempts[index].group = record.group
            attempts[index].root = record.identity.pid
            // Which job of a scheduler's they belong to, the command itself shows.
            attempts[index].marks.jobs = record.marks.jobs
        }
        let groups = Set(records.filter { !$0.isOver }.map(\.group))
        let living = Set(records.map(\.identity.pid))
        for index in attempts.indices {
            // An empty group's number, and a process's, may be another's soon.
            if let group = attempts[index].group, !groups.contains(group) { attempts[index].group = nil }
            if let root = attempts[index].root, !living.contains(root) { attempts[index].root = nil }
        }
    }
}
