"""The peak memory of a part of a process."""

from __future__ import annotations

import os
import subprocess
import time
import unittest
from typing import List

import jobmon
from jobmon._reporting.memory import PeakMemory
from tests.support import TestCase, wait_until

MEGABYTE = 1 << 20


def hold(megabytes: int) -> bytearray:
    """Memory that is resident, since each of its pages was written to."""
    held = bytearray(megabytes * MEGABYTE)
    held[::4096] = b"x" * len(held[::4096])
    return held


def holds(megabytes: int) -> int:
    """An item that takes long enough to be measured."""
    began = time.monotonic()
    hold(megabytes)
    while time.monotonic() < began + 0.15:
        pass
    return megabytes


class Known:
    """A value that the program itself unpickles."""

    def __init__(self, megabytes: int) -> None:
        self.megabytes = holds(megabytes)


def fails(megabytes: int) -> None:
    holds(megabytes)
    raise ValueError("no data")


class PeakMemoryTests(unittest.TestCase):
    def peak(self, memory: PeakMemory, megabytes: int) -> int:
        memory.begin()
        hold(megabytes)
        used = memory.end()["usage"]
        self.assertEqual((used["memory_source"], used["memory_bound"]), ("rss", "at_most"))
        return int(used["memory_peak"])

    def test_each_part_has_its_own_peak(self) -> None:
        memory = PeakMemory(resets=True, least_seconds=0)
        with open("/proc/self/statm", encoding="ascii") as file:
            base = int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")
        for megabytes in (150, 20, 80):
            peak = self.peak(memory, megabytes)
            self.assertGreater(peak, megabytes * MEGABYTE)
            self.assertLess(peak, base + (megabytes + 15) * MEGABYTE)

    def test_without_resets_it_is_at_most_that_of_the_process(self) -> None:
        memory = PeakMemory(least_seconds=0)
        first = self.peak(memory, 150)
        self.assertGreater(first, 150 * MEGABYTE)
        self.assertGreaterEqual(self.peak(memory, 1), first)

    def test_with_children_nothing_is_said_of_the_bound(self) -> None:
        memory = PeakMemory(resets=True, least_seconds=0)
        memory.begin()
        subprocess.run(["/bin/true"], check=True)
        self.assertNotIn("memory_bound", memory.end()["usage"])
        self.peak(memory, 1)

    def test_a_short_part_and_one_that_did_not_begin_have_none(self) -> None:
        memory = PeakMemory(resets=True)
        self.assertEqual(memory.end(), {})
        memory.begin()
        self.assertEqual(memory.end(), {})
        memory = PeakMemory(least_seconds=0)
        memory.begin()
        self.assertNotEqual(memory.end(), {})
        self.assertEqual(memory.end(), {})

    def test_a_forked_child_resets_itself(self) -> None:
        memory = PeakMemory(resets=True, least_seconds=0)
        first = self.peak(memory, 100)
        memory.begin()
        hold(120)
        child = os.fork()
        if child == 0:
            memory.begin()
            os._exit(0 if memory.end()["usage"]["memory_peak"] < first else 1)
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        self.assertGreater(memory.end()["usage"]["memory_peak"], 120 * MEGABYTE)


class RecordedMemoryTests(TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.cjm = self.monitor()

    def peaks(self, items: int) -> List[List[str]]:
        """Of each job, in the order of their starts: the peak in bytes, its source, its bound."""

        def ended() -> List[List[str]]:
            rows = self.query(
                "select memory_peak, memory_source, memory_bound from job_instance where finished_date is not null "
                "order by started_date, job_instance_id"
            )[1:]
            return rows if len(rows) == items else []

        return list(wait_until(ended))

    def test_items_of_a_pool(self) -> None:
        with jobmon.Pool(1) as pool:
            self.assertEqual(pool.map(holds, [150, 40, 90], chunksize=1), [150, 40, 90])
            self.assertEqual([one.megabytes for one in pool.map(Known, [120])], [120])
            with self.assertRaises(ValueError):
                pool.apply(fails, (60,))
            pool.close()
            pool.join()
        megabytes = [150, 40, 90, 120, 60]
        for (peak, source, bound), held in zip(self.peaks(len(megabytes)), megabytes):
            self.assertGreater(int(peak), held * MEGABYTE)
            self.assertLess(int(peak), (held + 60) * MEGABYTE)
            self.assertEqual((source, bound), ("rss", "at_most"))

    def test_blocks(self) -> None:
        with jobmon.monitored("piece"):
            holds(100)
        with jobmon.monitored("short"):
            pass
        piece, short = self.peaks(2)
        self.assertGreater(int(piece[0]), 100 * MEGABYTE)
        self.assertEqual(piece[1:], ["rss", "at_most"])
        self.assertEqual(short, ["", "", ""])


if __name__ == "__main__":
    unittest.main()
