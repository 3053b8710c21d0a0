import Foundation
import JobmonTestSupport
import Testing

/// The man page is generated from the parser (`make docs`). This test detects an outdated one.
@Suite(.timeLimit(.minutes(20)))
struct ManPageTests {
    private struct Tool: Decodable { let command: Command }
    private struct Command: Decodable {
        let commandName: String
        let abstract: String?
        let shouldDisplay: Bool?
        let subcommands: [Command]?
        let arguments: [Argument]?
    }
    private struct Argument: Decodable {
        let shouldDisplay: Bool
        let abstract: String?
        let names: [Name]?
    }
    private struct Name: Decodable { let name: String }

    @Test func itHasEveryCommandAndOption() async throws {
        let dumped = try await Executable.run(["--experimental-dump-help"])
        let tool = try JSONDecoder().decode(Tool.self, from: Data(dumped.stdout.utf8))
        let page = try String(contentsOfFile: "docs/man/jobmon.1", encoding: .utf8)
        let words = { (text: String) in text.split { !$0.isLetter && !$0.isNumber }.joined(separator: " ") }
        let text = words(page)
        var looked = 0
        for command in tool.command.subcommands ?? []
        where command.shouldDisplay ?? true && command.commandName != "help" {
            #expect(page.contains("It Em \(command.commandName)"), "\(command.commandName): run make docs")
            #expect(text.contains(words(command.abstract ?? "")), "\(command.commandName): run make docs")
            for argument in command.arguments ?? [] where argument.shouldDisplay {
                looked += 1
                #expect(
                    text.contains(words(argument.abstract ?? "")),
                    "\(command.commandName) \(argument.names?.last?.name ?? ""): run make docs")
                for name in argument.names ?? [] { #expect(page.contains(name.name), "\(name.name): run make docs") }
            }
        }
        #expect(looked > 50)
    }
}
