import Foundation
import JobmonTestSupport

/// A webhook: a process that records what is posted to it.
struct NotifyReceiver {
    private let process: Running
    private let file: String
    let port: Int

    private static let program = """
        import http.server, json, sys, threading
        file, answer = sys.argv[1:]
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                post = {"path": self.path, "type": self.headers["Content-Type"], "message": json.loads(body)}
                with open(file, "a") as posts:
                    posts.write(json.dumps(post) + chr(10))
                if answer == "none":
                    threading.Event().wait()
                self.send_response(int(answer))
                self.send_header("Content-Length", "0")
                self.end_headers()
            def log_message(self, *arguments):
                pass
        receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        print(receiver.server_port, flush=True)
        receiver.serve_forever()
        """

    /// - Parameter answer: the status of its answers; `none`: it never answers.
    static func start(in directory: String, answering answer: String) async throws -> NotifyReceiver {
        let file = "\(directory)/posts.\(answer)"
        let process = try Running("/usr/bin/env", ["python3", "-c", program, file, answer])
        let port = try await waitFor("the receiver listens") {
            process.stdout.hasSuffix("\n") ? Int(process.stdout.dropLast()) : nil
        }
        return NotifyReceiver(process: process, file: file, port: port)
    }

    private init(process: Running, file: String, port: Int) {
        self.process = process
        self.file = file
        self.port = port
    }

    /// What was posted, in order.
    func posts() throws -> [[String: Any]] {
        guard FileManager.default.fileExists(atPath: file) else { return [] }
        return try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
        }
    }

    func stop() async throws { try await process.killed() }
}
