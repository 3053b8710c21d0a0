import Foundation
import JobmonCore
import Testing

/// docs/state-machine.md agrees with the code: its diagram and its tables are read and compared.
@Suite struct StateMachineDocTests {
    private let lines: [String]

    init() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../docs/state-machine.md").standardized
        lines = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
    }

    /// The rows of the table whose header begins with this cell.
    private func table(_ head: String) -> [[String]] {
        func cells(_ line: String) -> [String] {
            line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        guard let start = lines.firstIndex(where: { $0.hasPrefix("| \(head)") }) else { return [] }
        return lines[start...].prefix { $0.hasPrefix("|") }.filter { !$0.hasPrefix("|---") }.map(cells)
    }

    @Test("the diagram of instances has exactly the edges of the state machine")
    func instanceDiagram() throws {
        let start = try #require(lines.firstIndex(of: "stateDiagram-v2"))
        var drawn: Set<String> = []
        for line in lines[start...].prefix(while: { $0 != "```" }) where !line.contains("[*]") && line.contains("-->") {
            drawn.insert(line.trimmingCharacters(in: .whitespaces))
        }
        let known = Set(InstanceStateMachine.edges.map { "\($0.from.label) --> \($0.to.label)" })
        #expect(drawn == known)
    }

    @Test("the table of instances has the state machine's answer in each cell")
    func instanceTable() throws {
        let rows = table("has \\ said")
        let head = try #require(rows.first)
        #expect(Set(head.dropFirst()) == Set(Status.ofInstances.map(\.label)))
        #expect(Set(rows.dropFirst().compactMap(\.first)) == Set(Status.ofInstances.map(\.label) + ["(new)"]))
        for row in rows.dropFirst() {
            for (said, cell) in zip(head, row).dropFirst() {
                let answer = InstanceStateMachine.answer(
                    current: Status(label: row[0]), said: try #require(Status(label: said)))
                #expect(cell == "\(answer)", "\(row[0]), then \(said)")
            }
        }
    }

    @Test("each combination of the inputs of a job's status gives the status of its row")
    func jobTable() throws {
        let rows = table("any instance COMPLETE").dropFirst()
        #expect(rows.count == 13)
        var used: Set<Int> = []
        for anyComplete in [false, true] {
            for latest in [nil] + Status.ofInstances.map(Optional.some) {
                for returned in [false, true] {
                    for cancel in [false, true] {
                        for left in [false, true] {
                            // Impossible combinations: the latest is COMPLETE and none is; no instance, but one that
                            // was given back.
                            if (latest == .complete && !anyComplete) || (latest == nil && (anyComplete || returned)) {
                                continue
                            }
                            let standing = JobStanding(
                                attempts: 2, maxAttempts: left ? 3 : 2, cancelRequested: cancel,
                                anyComplete: anyComplete, latest: latest, latestReturnedAttempt: returned)
                            func fits(_ cell: String, _ word: String) -> Bool {
                                cell == "any" || cell == "-" || cell == word
                            }
                            func yes(_ flag: Bool) -> String { flag ? "yes" : "no" }
                            let index = try #require(
                                rows.firstIndex { row in
                                    fits(row[0], yes(anyComplete)) && fits(row[1], latest?.label ?? "none")
                                        && fits(row[2], yes(returned)) && fits(row[3], yes(cancel))
                                        && fits(row[4], yes(left))
                                }, "no row for \(standing)")
                            used.insert(index)
                            #expect(rows[index][5] == standing.status.label, "\(standing)")
                        }
                    }
                }
            }
        }
        #expect(used.count == rows.count, "a row is never reached")
    }

    @Test("the diagram of jobs names statuses only")
    func jobDiagram() {
        for line in lines where line.contains("-->") && !line.contains("[*]") {
            let states = line.split(separator: ":")[0].components(separatedBy: "-->").map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            for state in states { #expect(Status(label: state) != nil, "\(line)") }
        }
    }

    @Test("the glossary explains every cause")
    func causes() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("docs/glossary.md")
        let section = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n## Causes\n").last ?? ""
        let named = section.split(separator: "\n").compactMap { line in
            line.hasPrefix("| `") ? String(line.dropFirst(3).prefix { $0 != "`" }) : nil
        }
        #expect(named == Cause.allCases.map(\.rawValue))
    }
}
