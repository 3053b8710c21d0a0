import Foundation
import Glibc
import JobmonTestSupport
import Testing

/// The default directory, and who else can read it.
@Suite(.timeLimit(.minutes(20)))
struct OwnFolderTests {
    private func mode(_ path: String) throws -> Int {
        let facts = try FileManager.default.attributesOfItem(atPath: path)
        return (facts[.posixPermissions] as? NSNumber)?.intValue ?? -1
    }

    private func make(_ path: String) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    @Test("run creates .jobmon, git does not see it, and commands in subfolders find it")
    func madeAndFound() async throws {
        try await withTestDirectory { directory in
            try make("\(directory)/project/sub/deeper")
            let project = "\(directory)/project"
            let run = try await Executable.run(["run", "--no-progress", "--", "true"], in: project)
            #expect(run.status == 0, "\(run.stderr)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: project).sorted() == [".jobmon", "sub"])
            #expect(try String(contentsOfFile: "\(project)/.jobmon/.gitignore", encoding: .utf8) == "*\n")
            let below = try await Executable.run(["run", "--no-progress", "--", "false"], in: "\(project)/sub/deeper")
            #expect(below.status == 1, "\(below.stderr)")
            let exec = try await Executable.run(["exec", "--", "sh", "-c", "exit 3"], in: "\(project)/sub")
            #expect(exec.status == 3 && exec.stderr.isEmpty, "\(exec.stderr)")
            let list = try await Executable.run(["query", "select count(*) from job"], in: "\(project)/sub")
            #expect(list.stdout.contains("2"), "\(list)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(project)/sub") == ["deeper"])
            // A named folder, or one with a ledger, takes precedence.
            let named = try await Executable.run(["run", "-d", "sub/mon", "--no-progress", "--", "true"], in: project)
            #expect(named.status == 0, "\(named.stderr)")
            let inside = try await Executable.run(["jobs", "--json"], in: "\(project)/sub/mon")
            #expect(inside.stdout.contains("\"jid\": 1") || inside.stdout.contains("\"jid\":1"), "\(inside)")
        }
    }

    @Test("a folder that others could have created is passed over, with a message")
    func foreign() async throws {
        try await withTestDirectory { directory in
            try make("\(directory)/shared/.jobmon")
            chmod("\(directory)/shared/.jobmon", 0o777)
            try make("\(directory)/shared/mine")
            let list = try await Executable.run(["jobs"], in: "\(directory)/shared/mine")
            #expect(list.status == 4, "\(list)")
            #expect(list.stderr.contains("passed over: everybody can write it"), "\(list.stderr)")
            let exec = try await Executable.run(["exec", "--", "echo", "ran"], in: "\(directory)/shared/mine")
            #expect(exec.status == 0 && exec.stdout == "ran\n" && exec.stderr.contains("is not recorded"), "\(exec)")
            let named = try await Executable.run(
                ["run", "-d", "../.jobmon", "--", "true"], in: "\(directory)/shared/mine")
            #expect(named.status == 4 && named.stderr.contains("can be written by everybody"), "\(named)")
        }
    }

    @Test("a .jobmon that is a file gives one clear sentence")
    func aFile() async throws {
        try await withTestDirectory { directory in
            try "mine\n".write(toFile: "\(directory)/.jobmon", atomically: true, encoding: .utf8)
            for words in [["run", "--", "true"], ["jobs"], ["monitor"]] {
                let said = try await Executable.run(words, in: directory)
                #expect(said.status == 4 && said.stderr.contains(".jobmon is not a directory"), "\(words): \(said)")
            }
            #expect(try String(contentsOfFile: "\(directory)/.jobmon", encoding: .utf8) == "mine\n")
        }
    }

    @Test("its content is private to the owner, whatever the umask, and content of an older version becomes so")
    func isPrivate() async throws {
        try await withTestDirectory { directory in
            let run = try await Running(
                "/bin/sh",
                [
                    "-c", "umask 0; exec \"$0\" run -d mon --no-progress -- sh -c 'echo out; echo err >&2; exit 1'",
                    Executable.path,
                ],
                in: directory, stdin: ""
            ).finished()
            #expect(run.status == 1, "\(run.stderr)")
            func check() throws {
                for path in try FileManager.default.subpathsOfDirectory(atPath: "\(directory)/mon") {
                    #expect(try mode("\(directory)/mon/\(path)") & 0o077 == 0, "\(path)")
                }
                #expect(try mode("\(directory)/mon") == 0o700)
            }
            try check()
            #expect(FileManager.default.fileExists(atPath: "\(directory)/mon/logs/0/1.0.err"))
            for path in try FileManager.default.subpathsOfDirectory(atPath: "\(directory)/mon") {
                var isFolder: ObjCBool = false
                _ = FileManager.default.fileExists(atPath: "\(directory)/mon/\(path)", isDirectory: &isFolder)
                chmod("\(directory)/mon/\(path)", isFolder.boolValue ? 0o755 : 0o644)
            }
            try? FileManager.default.removeItem(atPath: "\(directory)/mon/run/logs-private")
            let again = try await Executable.run(["run", "-d", "mon", "--no-progress", "--", "true"], in: directory)
            #expect(again.status == 0, "\(again.stderr)")
            try check()
        }
    }

    @Test("a directory that its group can write is warned about once")
    func groupWritable() async throws {
        try await withTestDirectory { directory in
            try make("\(directory)/mon")
            chmod("\(directory)/mon", 0o770)
            let first = try await Executable.run(["run", "-d", "mon", "--no-progress", "--", "true"], in: directory)
            #expect(first.status == 0 && first.stderr.contains("chmod g-w"), "\(first.stderr)")
            let second = try await Executable.run(["run", "-d", "mon", "--no-progress", "--", "false"], in: directory)
            #expect(!second.stderr.contains("chmod g-w"), "\(second.stderr)")
        }
    }
}
