"""`jobmon.Pool`: a `multiprocessing.Pool` that records each item as a job."""

from __future__ import annotations

import itertools
import multiprocessing
import multiprocessing.pool
import os
import sys
import threading
import time
import traceback
import uuid
import weakref
from multiprocessing.util import Finalize
from typing import Any, Callable, Iterable, Iterator, List, Optional, Tuple

from .._reporting.event_text import dump
from .._reporting.recording import recording_directory
from .._reporting.reporter import Reporter
from .closing import cancel_open, forward
from .file_lock import FileLock
from .item_text import function_name, texts
from .messages import APPLY, PLAIN, STAR, Settings, WorkerDied
from .slot import Taker
from .tasks import Chunk, Tasks, Work, drain
from .watch import Watch

__all__ = ["Pool", "WorkerDied"]


class Pool(multiprocessing.pool.Pool):
    """A replacement for `multiprocessing.Pool` that records each item as a job.

    `map`, `starmap`, `imap`, `imap_unordered`, `apply` and their `_async` forms return and raise the same as those of
    `multiprocessing.Pool`, except where that waits forever. In these cases the items are FAILED, the pool goes on, and
    the caller gets an exception:

    - `WorkerDied`: a worker was killed (for example by the kernel, for its memory) or ended itself during an item, and
      the message names the item; or no worker can start, since the initializer fails.
    - `TransferError`, a `MaybeEncodingError`: what an item returned or raised can't be pickled or unpickled. Exceptions
      whose `__init__` takes other arguments can be.
    - The exception that pickling an argument raised, or unpickling it in the worker.

    The name of a job is the name of the function, and its argument is the item. `jobmon jobs --param pool=NAME` lists
    the jobs of one pool. The arguments are those of `multiprocessing.Pool`, and:

    - `name`: the name of the pool, the parameter `pool` of its jobs. Default: the name of the program.
    - `directory`: the monitor's directory. Default: $JOBMON_DIR, else the directory of the `CentralJobMonitor` that
      this program started. Without any of them, nothing is recorded, and a warning says so.
    """

    # `multiprocessing.Pool.__del__` reads it, also when `__init__` failed.
    _state = multiprocessing.pool.INIT

    def __init__(
        self,
        processes: Optional[int] = None,
        initializer: Optional[Callable[..., Any]] = None,
        initargs: Iterable[Any] = (),
        maxtasksperchild: Optional[int] = None,
        context: Any = None,
        *,
        name: Optional[str] = None,
        directory: Optional[str] = None,
    ) -> None:
        if initializer is not None and not callable(initializer):
            raise TypeError("initializer must be a callable")
        self._where = recording_directory(directory)
        self._name = name or os.path.basename(sys.argv[0] if sys.argv else "") or "python"
        self._base = str(uuid.uuid4())
        self._next = 0
        self._numbering = threading.Lock()
        self._reporter: Optional[Reporter] = None
        self._watch: Optional[Watch] = None
        self._is_over = False
        if self._where is not None:
            self._reporter = Reporter(self._where, f"{self._base}-0")
            self._watch = Watch(Settings(self._where, self._base))
            # Makes the workers. It has no reference to this pool, like the method that it replaces.
            self.Process = self._watch.make_process
        try:
            super().__init__(
                processes, initializer, initargs, maxtasksperchild, context or _context()
            )
        except BaseException:
            if self._watch is not None:
                self._watch.stop()
            raise
        if self._watch is not None and self._reporter is not None:
            # At the end of the program, before `multiprocessing` ends the pool; and when the pool is garbage-collected.
            itself = weakref.ref(self)
            _pools.add(self)
            Finalize(None, _end_of, args=(itself,), exitpriority=16)
            weakref.finalize(self, _release, self._watch, self._reporter).atexit = False

    def _setup_queues(self) -> None:
        super()._setup_queues()  # type: ignore[misc]
        if self._watch is None or self._reporter is None:
            return
        queues: Any = self
        # A worker that is killed while it holds the lock must not block the others.
        queues._inqueue._rlock = FileLock()
        taker = Taker(queues._ctx)
        tasks = Tasks(self._base, self._reporter, queues._inqueue, queues._outqueue, taker)
        self._watch.tasks = tasks
        queues._quick_put, queues._quick_get = tasks.put, tasks.get

    # How the items of each call become jobs.

    def apply(self, func: Any, args: Any = (), kwds: Any = {}) -> Any:  # noqa: B006 - as multiprocessing has it
        """As `multiprocessing.Pool.apply`: the call is one job."""
        return self.apply_async(func, args, kwds).get()

    def apply_async(
        self, func: Any, args: Any = (), kwds: Any = {}, callback: Any = None,  # noqa: B006 - the same
        error_callback: Any = None,
    ) -> Any:  # fmt: skip
        """As `multiprocessing.Pool.apply_async`: the call is one job."""
        if self._reporter is None:
            return super().apply_async(func, args, kwds, callback, error_callback)
        self._check_running()  # type: ignore[attr-defined]
        try:
            args = tuple(args)
        except TypeError:
            pass  # The call itself raises the error.
        try:
            kwds = dict(kwds)
        except (TypeError, ValueError):
            pass
        first = self._begin(func, [args])
        work: Any = Work(func, APPLY)
        return super().apply_async(
            work, ((first, args, kwds),), {}, _harmless(callback), _harmless(error_callback)
        )

    def map(self, func: Any, iterable: Any, chunksize: Optional[int] = None) -> Any:
        """As `multiprocessing.Pool.map`: each item is a job."""
        return self.map_async(func, iterable, chunksize).get()

    def map_async(
        self, func: Any, iterable: Any, chunksize: Optional[int] = None, callback: Any = None,
        error_callback: Any = None,
    ) -> Any:  # fmt: skip
        """As `multiprocessing.Pool.map_async`: each item is a job."""
        return self._map(func, iterable, chunksize, callback, error_callback, star=False)

    def starmap(self, func: Any, iterable: Any, chunksize: Optional[int] = None) -> Any:
        """As `multiprocessing.Pool.starmap`: each item is a job."""
        return self.starmap_async(func, iterable, chunksize).get()

    def starmap_async(
        self, func: Any, iterable: Any, chunksize: Optional[int] = None, callback: Any = None,
        error_callback: Any = None,
    ) -> Any:  # fmt: skip
        """As `multiprocessing.Pool.starmap_async`: each item is a job."""
        return self._map(func, iterable, chunksize, callback, error_callback, star=True)

    def imap(self, func: Any, iterable: Any, chunksize: Optional[int] = 1) -> Any:
        """As `multiprocessing.Pool.imap`: each item is a job, created when it is sent."""
        return self._imap(super().imap, func, iterable, chunksize)

    def imap_unordered(self, func: Any, iterable: Any, chunksize: Optional[int] = 1) -> Any:
        """As `multiprocessing.Pool.imap_unordered`: each item is a job, created when it is sent."""
        return self._imap(super().imap_unordered, func, iterable, chunksize)

    def _map(
        self, func: Any, iterable: Any, chunksize: Optional[int], callback: Any,
        error_callback: Any, star: bool,
    ) -> Any:  # fmt: skip
        plain = super().starmap_async if star else super().map_async
        if self._reporter is None:
            return plain(func, iterable, chunksize, callback, error_callback)
        # `multiprocessing.Pool` checks the chunk size.
        self._check_running()  # type: ignore[attr-defined]
        items = list(iterable)
        if chunksize is None:
            # As in multiprocessing: four chunks for each worker.
            chunksize = max(1, -(-len(items) // (self._processes * 4)))  # type: ignore[attr-defined]
        first = self._begin(func, items if star else [(item,) for item in items])
        work: Any = Work(func, STAR if star else PLAIN, int(chunksize))
        return super().map_async(
            work, _numbered(first, items), chunksize, _harmless(callback), _harmless(error_callback)
        )

    def _imap(self, plain: Any, func: Any, iterable: Any, chunksize: Any) -> Any:
        if self._reporter is None:
            return plain(func, iterable, chunksize)
        self._check_running()  # type: ignore[attr-defined]
        if chunksize < 1:
            raise ValueError(f"Chunksize must be 1+, not {chunksize:n}")
        work = Work(func, PLAIN, chunksize)
        if chunksize == 1:
            return plain(work, self._one_by_one(func, iterable))
        result = plain(Chunk(work), self._chunk_by_chunk(func, iterable, chunksize))
        return (value for chunk in result for value in chunk)

    def _one_by_one(self, func: Any, iterable: Any) -> Iterator[Tuple[int, Any]]:
        for chunk in self._chunk_by_chunk(func, iterable, 1):
            yield chunk[0]

    def _chunk_by_chunk(
        self, func: Any, iterable: Any, size: int
    ) -> Iterator[List[Tuple[int, Any]]]:
        items = iter(iterable)
        while True:
            try:
                chunk = list(itertools.islice(items, size))
            except Exception:
                raise
            except BaseException as error:
                # It would end the thread that sends the items of all calls.
                raise RuntimeError(f"the iterable raised {type(error).__name__}") from error
            if not chunk:
                return
            yield _numbered(self._begin(func, [(item,) for item in chunk]), chunk)

    def _begin(self, func: Any, arguments: List[Any]) -> int:
        """Submits the jobs of a call, before the first one runs. Returns the number of the first one."""
        assert self._reporter is not None
        with self._numbering:
            first = self._next
            self._next += len(arguments)
        name = function_name(func)
        runfile = f"{getattr(func, '__module__', '')}:{name}"
        before = ',"executor":"python","job":' + dump(
            {"name": name, "runfile": runfile, "params": {"pool": self._name}}
        )[:-1] + ',"args":'  # fmt: skip
        after = '},"executor_id":"'
        self._reporter.report_all(
            "submitted",
            (
                (f"{self._base}.{number}", f'{before}{dump(texts(given))}{after}{number}"')
                for number, given in enumerate(arguments, first)
            ),
        )
        return first

    # The end of the pool.

    @staticmethod
    def _help_stuff_finish(inqueue: Any, task_handler: Any, size: int) -> None:
        # The method that this replaces reads whole messages, but the pipe may hold only a part of one.
        if not isinstance(inqueue._rlock, FileLock):
            Plain: Any = multiprocessing.pool.Pool
            Plain._help_stuff_finish(inqueue, task_handler, size)
            return
        inqueue._rlock.acquire()
        deadline = time.monotonic() + 5
        others = task_handler is not threading.current_thread()
        while others and task_handler.is_alive() and time.monotonic() < deadline:
            drain(inqueue, 0.01)

    def terminate(self) -> None:
        """As `multiprocessing.Pool.terminate`: items that have not ended are CANCELLED."""
        try:
            if self._watch is not None:
                self._watch.stop()
            super().terminate()
            if self._watch is not None and self._watch.tasks is not None and not self._is_over:
                self._watch.tasks.read_rest()
        finally:
            self._finish(5.0)

    def join(self) -> None:
        """As `multiprocessing.Pool.join`."""
        super().join()
        if self._watch is not None:
            self._watch.stop()
        self._finish(2.0)

    def _finish(self, patience: float) -> None:
        if self._reporter is None or self._is_over or self._where is None:
            return
        self._is_over = True
        self._reporter.settle(patience, per_batch=True)
        # The last events of the workers, which they had no time to send.
        forward(self._where, self._base)
        # No worker is left: the other items will not run.
        cancel_open(self._where, self._base, self._reporter)
        self._reporter.close(2.0)


_pools: weakref.WeakSet[Pool] = weakref.WeakSet()


def end_all() -> None:
    """Ends all pools, at the end of the program, before its monitor ends."""
    for pool in list(_pools):
        _end_of(weakref.ref(pool))


def _end_of(pool: weakref.ref[Pool]) -> None:
    found = pool()
    if found is not None and not found._is_over:
        found.terminate()


def _release(watch: Watch, reporter: Reporter) -> None:
    watch.stop()
    reporter.close(0.0)


def _context() -> Any:
    return multiprocessing.get_context()


def _numbered(first: int, items: List[Any]) -> List[Tuple[int, Any]]:
    return list(zip(range(first, first + len(items)), items))


class _Callback:
    """Calls the user's function with a result, and prints what it raises.

    In `multiprocessing.Pool` such an exception ends the thread that handles all results.
    """

    def __init__(self, function: Any) -> None:
        self._function = function

    def __call__(self, value: Any) -> None:
        try:
            self._function(value)
        except BaseException:
            print("jobmon: a callback of a pool raised an exception:", file=sys.stderr)
            traceback.print_exc()


def _harmless(callback: Any) -> Any:
    return _Callback(callback) if callback is not None else None
