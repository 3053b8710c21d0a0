/// A requester in another language that shares no code with the product. It follows docs/protocol.md with only Python's
/// standard library, sends one event at a time until it is told to end, and prints the identity of every event that was
/// answered `recorded` (or `repeat`, after an answer that it did not receive).
enum PlainSender {
    static let source = #"""
        import http.client, json, os, signal, sys, time, uuid

        directory = sys.argv[1]
        sender = f"plain-{uuid.uuid4()}"
        going = True


        def end(*_):
            global going
            going = False


        signal.signal(signal.SIGTERM, end)
        connection = None
        seq = 0
        while going:
            seq += 1
            event = {"sender": sender, "seq": seq, "kind": "submitted", "instance_key": f"{sender}.{seq}",
                     "executor": "plain", "job": {"name": f"plain {seq}"}}
            while going:
                try:
                    if connection is None:
                        with open(os.path.join(directory, "monitor_info.json")) as file:
                            info = json.load(file)
                        connection = http.client.HTTPConnection(info["address"], info["port"], timeout=5)
                    connection.request("POST", "/v1/events", json.dumps({"events": [event]}),
                                       {"Content-Type": "application/json", "Authorization": "Bearer " + info["secret"]})
                    answer = connection.getresponse()
                    body = json.loads(answer.read())
                    if answer.status == 200 and body["results"][0]["outcome"] in ("recorded", "repeat"):
                        print(sender, seq, flush=True)
                        break
                    sys.exit(f"unexpected answer: {answer.status} {body}")
                except (OSError, ValueError, KeyError, http.client.HTTPException):
                    connection = None
                    time.sleep(0.02)
            time.sleep(0.01)
        """#
}
