"""Notifications of a queue."""

from __future__ import annotations

import json
import os
import sys
import unittest

from jobmon import exceptions, qmaster
from jobmon._transport import notify_options
from tests.support import TestCase

KEEPER = """
import sys
with open(sys.argv[1], "a") as file:
    file.write(sys.stdin.read())
"""
FAILER = "raise RuntimeError('year is 1995!')\n"


class OptionTests(unittest.TestCase):
    def test_words_of_the_command_line(self) -> None:
        self.assertEqual(notify_options.options(), [])
        self.assertEqual(notify_options.options("notify.sh x"), ["--notify", "notify.sh x"])
        words = notify_options.options(["a b", "it's"], "env:HOOK", True)
        self.assertEqual(
            words,
            ["--notify", "'a b' 'it'\"'\"'s'", "--notify-url-from", "env:HOOK", "--notify-details"],
        )

    def test_what_can_not_be(self) -> None:
        for arguments, error in (
            ({"details": True}, ValueError),
            ({"command": [1]}, TypeError),
            ({"url_from": 3}, TypeError),
            ({"url_from": b"url"}, TypeError),
            ({"url_from": "https://hooks.example/secret"}, ValueError),
        ):
            with self.assertRaises(error, msg=str(arguments)) as raised:
                notify_options.options(**arguments)
            self.assertNotIn("secret", str(raised.exception))


class NotifyTests(TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.cjm = self.monitor()

    def queue(self, **arguments: object) -> qmaster.JobQueue:
        queue = qmaster.JobQueue(self.mon_dir, **arguments)
        self.addCleanup(queue.stop)
        return queue

    def test_a_command_gets_a_message_for_a_new_group_and_one_at_the_end(self) -> None:
        kept = os.path.join(self.folder, "messages it's")
        q = self.queue(notify=[sys.executable, self.write("keep.py", KEEPER), kept])
        failer = self.write("failer.py", FAILER)
        for number in range(3):
            q.queue_job(q.create_job(failer, f"bad {number}"))
        q.queue_job(q.create_job("/bin/true", "good"))
        q.block_till_done()
        # The queue ends with the monitor.
        self.cjm.stop_responder()
        with open(kept, encoding="utf-8") as file:
            messages = [json.loads(line) for line in file]
        self.assertEqual([message["event"] for message in messages], ["group", "end"])
        self.assertIn("RuntimeError", messages[0]["group"]["title"])
        self.assertEqual([group["jobs"] for group in messages[1]["groups"]], [3])
        self.assertEqual(messages[1]["counts"]["failed"], 3)
        self.assertEqual({message["queue"] for message in messages}, {q.name})

    def test_a_program_that_there_is_not(self) -> None:
        with self.assertRaises(exceptions.QueueNotAlive):
            self.queue(notify="no-such-program-here")


if __name__ == "__main__":
    unittest.main()
