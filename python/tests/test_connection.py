"""The connection to a monitor, and its errors."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
import unittest

from jobmon._transport.connection import MonitorConnection
from jobmon._transport.directory import directory_of
from jobmon.exceptions import (
    CannotConnectToCentralJobMonitor,
    InvalidRequest,
    NoResponseRecieved,
    RequestRefused,
)
from tests.support import TestCase, pause, wait_until


class ConnectionTests(TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.cjm = self.monitor()
        self.connection = MonitorConnection(self.mon_dir)
        self.addCleanup(self.connection.close)

    def count(self) -> int:
        sql = {"sql": "select count(*) from job"}
        return int(self.connection.request("POST", "/v1/query", sql)[1]["rows"][0][0])

    def job(self, key: str) -> dict:
        return {"kind": "job", "queue": "q", "job_key": key, "job": {"name": key}}

    def test_requests_and_problems(self) -> None:
        self.assertEqual(self.connection.request("GET", "/v1/alive"), (200, {"alive": True}))
        status, answer = self.connection.request("GET", "/v1/jobs/99")
        self.assertEqual((status, answer["code"]), (404, "not_found"))
        status, text = self.connection.request("GET", "/metrics")
        self.assertEqual((status, type(text)), (200, str))

    def test_events(self) -> None:
        results = self.connection.post_events([self.job("a"), {"kind": "nonsense"}, self.job("b")])
        self.assertEqual([one["outcome"] for one in results], ["recorded", "refused", "recorded"])
        self.assertEqual(self.connection.post_events([]), [])

    def test_many_events_go_in_several_requests(self) -> None:
        results = self.connection.post_events([self.job(str(number)) for number in range(12_000)])
        self.assertEqual([one["jid"] for one in results], list(range(1, 12_001)))

    def test_large_events_too(self) -> None:
        jobs = [{**self.job(str(n)), "job": {"name": "x" * 3_000_000}} for n in range(8)]
        self.assertEqual(
            {one["outcome"] for one in self.connection.post_events(jobs)}, {"recorded"}
        )

    def test_all_is_json_before_any_of_it_is_sent(self) -> None:
        jobs = [{**self.job(str(n)), "job": {"name": "x" * 3_000_000}} for n in range(8)]
        jobs.append({"kind": "job", "job": object()})
        with self.assertRaises(InvalidRequest):
            self.connection.post_events(jobs)
        self.assertEqual(self.count(), 0)

    def test_a_request_that_is_refused_as_a_whole(self) -> None:
        with self.assertRaises(RequestRefused) as raised:
            self.connection.post_events([{**self.job("a"), "job": {"name": "x" * (17 << 20)}}])
        self.assertEqual((raised.exception.code, raised.exception.status), ("too_large", 413))
        self.assertEqual(self.connection.request("GET", "/v1/alive")[0], 200)

    def test_an_event_that_is_sent_again_is_recorded_once(self) -> None:
        event = {**self.job("a"), "sender": "me", "seq": 0}
        outcomes = [self.connection.post_events([event])[0]["outcome"] for _ in range(2)]
        self.assertEqual(outcomes, ["recorded", "repeat"])

    def test_a_monitor_that_was_started_again_is_found_and_waited_for(self) -> None:
        self.connection.request("GET", "/v1/summary")
        os.kill(self.cjm.pid, signal.SIGKILL)
        wait_until(lambda: not self.cjm.responder_proc_is_alive(), "its death")
        with self.assertRaises(CannotConnectToCentralJobMonitor) as raised:
            self.connection.request("GET", "/v1/summary")
        self.assertIn(str(self.cjm.pid), str(raised.exception))
        patient = MonitorConnection(self.mon_dir, patience=30)
        self.addCleanup(patient.close)
        answers: list = []
        asking = threading.Thread(
            target=lambda: answers.append(patient.request("GET", "/v1/summary"))
        )
        asking.start()
        self.monitor()
        asking.join(30)
        self.assertEqual(answers[0][0], 200)
        self.assertEqual(self.connection.request("GET", "/v1/summary")[0], 200)

    def test_threads_share_it(self) -> None:
        def post(name: str) -> None:
            for number in range(25):
                self.connection.post_events([self.job(f"{name}.{number}")])

        threads = [threading.Thread(target=post, args=(str(n),)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(self.count(), 200)

    def test_forked_children_have_their_own(self) -> None:
        self.connection.post_events([self.job("parent")])
        children = []
        for number in range(4):
            child = os.fork()
            if child == 0:
                code = 1
                try:
                    events = [self.job(f"{number}.{n}") for n in range(10)]
                    for event in events:
                        results = self.connection.post_events([event])
                        code = 0 if results[0]["outcome"] == "recorded" else 1
                finally:
                    os._exit(code)
            children.append(child)
        self.connection.post_events([self.job("parent again")])
        self.assertEqual([os.waitpid(child, 0)[1] for child in children], [0] * 4)
        self.assertEqual(self.count(), 42)

    def test_proxies_are_not_for_this(self) -> None:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            os.environ[name] = "http://127.0.0.1:1"
        self.assertEqual(MonitorConnection(self.mon_dir).request("GET", "/v1/alive")[0], 200)

    def test_silence(self) -> None:
        pause(self.cjm.pid)
        try:
            with self.assertRaises(NoResponseRecieved) as raised:
                self.connection.request("GET", "/v1/summary", timeout=0.2)
            self.assertTrue(raised.exception.hint)
        finally:
            os.kill(self.cjm.pid, signal.SIGCONT)
        self.assertEqual(self.connection.request("GET", "/v1/summary")[0], 200)


class StrangerTests(TestCase):
    """Another program listens on the port of a monitor."""

    def setUp(self) -> None:
        super().setUp()
        self.listener = socket.socket()
        self.addCleanup(self.listener.close)
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(8)
        self.port = self.listener.getsockname()[1]
        os.mkdir(self.mon_dir)
        self.write_info()

    def write_info(self, **more: object) -> None:
        info = {
            "host": socket.gethostname(),
            "address": "127.0.0.1",
            "pid": 1,
            "secret": "s",
            "port": self.port,
            **more,
        }
        with open(os.path.join(self.mon_dir, "monitor_info.json"), "w") as file:
            json.dump(info, file)

    def answer(self, data: bytes) -> None:
        def serve() -> None:
            while True:
                try:
                    connection, _ = self.listener.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    connection.sendall(data)

        threading.Thread(target=serve, daemon=True).start()

    def ask(self) -> object:
        connection = MonitorConnection(self.mon_dir)
        try:
            return connection.request("GET", "/v1/summary", timeout=5)
        finally:
            connection.close()

    def test_who_speaks_no_http(self) -> None:
        self.answer(b"220 mail.example ESMTP\r\n")
        with self.assertRaises(CannotConnectToCentralJobMonitor):
            self.ask()

    def test_who_does_not_take_the_secret(self) -> None:
        self.answer(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}")
        with self.assertRaises(CannotConnectToCentralJobMonitor) as raised:
            self.ask()
        self.assertIn("secret", str(raised.exception))

    def test_who_hangs_up(self) -> None:
        self.answer(b"")
        with self.assertRaises(CannotConnectToCentralJobMonitor):
            self.ask()

    def test_who_can_not_write_just_now(self) -> None:
        body = b'{"code":"unavailable","message":"the disk is full","hint":null}'
        head = b"HTTP/1.1 503 X\r\nRetry-After: 30\r\nContent-Length: %d\r\n\r\n" % len(body)
        self.answer(head + body)
        status, answer = self.ask()
        self.assertEqual((status, answer["message"]), (503, "the disk is full"))

    def test_a_monitor_of_another_host(self) -> None:
        self.listener.close()
        self.write_info(host="elsewhere")
        with self.assertRaises(CannotConnectToCentralJobMonitor) as raised:
            self.ask()
        self.assertIn("--listen any", raised.exception.hint)

    def test_a_file_that_can_not_be_read(self) -> None:
        for text in ("", "{", "[]", "{}"):
            with open(os.path.join(self.mon_dir, "monitor_info.json"), "w") as file:
                file.write(text)
            with self.assertRaises(CannotConnectToCentralJobMonitor):
                self.ask()


class DirectoryTests(TestCase):
    def test_directories(self) -> None:
        os.environ["HOME"] = "/home/me"
        self.assertEqual(directory_of("~/mon"), "/home/me/mon")
        self.assertEqual(directory_of("mon"), os.path.join(os.getcwd(), "mon"))
        self.assertEqual(directory_of(None), os.getcwd())
        os.environ["JOBMON_DIR"] = "/data/run"
        self.assertEqual(directory_of(None), "/data/run")


if __name__ == "__main__":
    unittest.main()
