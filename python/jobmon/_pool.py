"""`jobmon.Pool`: `multiprocessing.Pool`, and each item is a monitored job."""

from __future__ import annotations

import itertools
import multiprocessing
import multiprocessing.pool
import os
import sys
import threading
import uuid
import weakref
from multiprocessing.util import Finalize
from typing import Any, Callable, Iterable, Iterator, List, Optional, Tuple

from . import _pool_worker
from ._pool_ends import Call, Watch, cancel_open, forward
from ._pool_worker import Chunk, Item, Settings, WorkerDied
from ._recording import recording_directory
from ._reporter import Reporter, dump

__all__ = ["Pool", "WorkerDied"]


class Pool(multiprocessing.pool.Pool):
    """A drop-in for `multiprocessing.Pool`: change the import, and each item is a job.

    What `map`, `starmap`, `imap`, `imap_unordered`, `apply` and their `_async` forms return and
    raise is as without it, with one exception: when a worker is killed in the middle of an item
    (by the kernel for its memory, say), `multiprocessing.Pool` waits for ever; here the item is
    FAILED with its signal, and the call raises `WorkerDied`.

    A job's name is the function's, its argument is what the item is, and `jobmon jobs --param
    pool=NAME` lists one pool's. Its arguments are those of `multiprocessing.Pool`, and:

    - `name`: the pool's, the param `pool` of its jobs; else the program's own name.
    - `directory`: the monitor's directory, else $JOBMON_DIR, else that of the CentralJobMonitor
      that this program started; without any of them nothing is recorded, which is said once.
    """

    # What the end of one says that never began.
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
        self._numbers = itertools.count()
        self._numbering = threading.Lock()
        self._calls: List[Call] = []
        self._calls_kept = 16
        self._reporter: Optional[Reporter] = None
        self._watch: Optional[Watch] = None
        self._is_over = False
        if self._where is not None:
            self._reporter = Reporter(self._where, f"{self._base}-0")
            self._watch = Watch(self._base, self._reporter, weakref.WeakMethod(self._call_of))
            # Makes the workers. It knows nothing of this pool, as the one that it stands for.
            self.Process = self._watch.make_process  # type: ignore[method-assign,assignment]
            settings = Settings(self._where, self._base, initializer, tuple(initargs))
            initializer, initargs = _pool_worker.begin, (settings,)
        try:
            super().__init__(
                processes, initializer, initargs, maxtasksperchild, context or _context()
            )
        except BaseException:
            if self._watch is not None:
                self._watch.stop()
            raise
        if self._watch is not None and self._reporter is not None:
            # At the end of the program, before the pool's own end; and when nobody has it any more.
            itself = weakref.ref(self)
            _pools.add(self)
            Finalize(None, _end_of, args=(itself,), exitpriority=16)
            weakref.finalize(self, _let_go, self._watch, self._reporter).atexit = False

    # How the items of each call become jobs.

    def apply(self, func: Any, args: Any = (), kwds: Any = {}) -> Any:
        """As `multiprocessing.Pool.apply`: the call is one job."""
        return self.apply_async(func, args, kwds).get()

    def apply_async(
        self, func: Any, args: Any = (), kwds: Any = {}, callback: Any = None,
        error_callback: Any = None,
    ) -> Any:  # fmt: skip
        """As `multiprocessing.Pool.apply_async`: the call is one job."""
        if self._reporter is None:
            return super().apply_async(func, args, kwds, callback, error_callback)
        try:
            args = tuple(args)
        except TypeError:
            pass  # The call itself will say it.
        call = self._begin(func, [args], 1)
        item = Item(func, self._base, apply=True)
        numbered = (call.first, args, dict(kwds))
        result = super().apply_async(item, (numbered,), {}, callback, error_callback)
        call.set_result(result)
        return result

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
        """As `multiprocessing.Pool.imap`: each item is a job, made when it is taken."""
        return self._imap(super().imap, func, iterable, chunksize)

    def imap_unordered(self, func: Any, iterable: Any, chunksize: Optional[int] = 1) -> Any:
        """As `multiprocessing.Pool.imap_unordered`: each item is a job, made when it is taken."""
        return self._imap(super().imap_unordered, func, iterable, chunksize)

    def _map(
        self, func: Any, iterable: Any, chunksize: Optional[int], callback: Any,
        error_callback: Any, star: bool,
    ) -> Any:  # fmt: skip
        plain = super().starmap_async if star else super().map_async
        if self._reporter is None:
            return plain(func, iterable, chunksize, callback, error_callback)
        # What is no chunk size, and a pool that is closed, is said by the one that we are.
        self._check_running()  # type: ignore[attr-defined]
        items = list(iterable)
        if chunksize is None:
            # As multiprocessing does it: four chunks for each worker.
            chunksize = max(1, -(-len(items) // (len(self._pool) * 4)))  # type: ignore[attr-defined]
        call = self._begin(func, items if star else [(item,) for item in items], chunksize)
        item = Item(func, self._base, star=star)
        numbered = list(zip(range(call.first, call.first + len(items)), items))
        result = super().map_async(item, numbered, chunksize, callback, error_callback)
        call.set_result(result)
        return result

    def _imap(self, plain: Any, func: Any, iterable: Any, chunksize: Any) -> Any:
        if self._reporter is None:
            return plain(func, iterable, chunksize)
        if chunksize < 1:
            raise ValueError(f"Chunksize must be 1+, not {chunksize:n}")
        item: Any = Item(func, self._base)
        call = Call(0, 0, chunksize)
        call.numbers = []
        if chunksize == 1:
            result = plain(item, self._numbered_one_by_one(func, iterable, call))
            call.set_result(result)
            return result
        chunks = _chunks(self._numbered_one_by_one(func, iterable, call), chunksize)
        result = plain(Chunk(item), chunks)
        call.set_result(result)
        return (value for chunk in result for value in chunk)

    def _numbered_one_by_one(
        self, func: Any, iterable: Any, call: Call
    ) -> Iterator[Tuple[int, Any]]:
        for value in iterable:
            one = self._begin(func, [(value,)], 1, note=False)
            self._note_item(call, one.first)
            yield one.first, value

    def _note_item(self, call: Call, number: int) -> None:
        assert call.numbers is not None
        with self._numbering:
            call.numbers.append(number)
            if len(call.numbers) == 1:
                self._keep(call)

    def _keep(self, call: Call) -> None:
        # Those that are over are dropped now and then: to look at all of them each time costs.
        if len(self._calls) >= 2 * self._calls_kept:
            self._calls = [one for one in self._calls if not one.is_over()]
            self._calls_kept = max(16, len(self._calls))
        self._calls.append(call)

    def _begin(self, func: Any, arguments: List[Any], chunksize: int, note: bool = True) -> Call:
        """Makes the jobs of a call: all of them are known before the first one runs."""
        assert self._reporter is not None
        with self._numbering:
            first = next(self._numbers)
            for _ in range(len(arguments) - 1):
                next(self._numbers)
            call = Call(first, len(arguments), chunksize)
            if note:
                self._keep(call)
        name = getattr(func, "__qualname__", None) or type(func).__name__
        runfile = f"{getattr(func, '__module__', '')}:{name}"
        before = ',"executor":"python","job":' + dump(
            {"name": name, "runfile": runfile, "params": {"pool": self._name}}
        )[:-1] + ',"args":'  # fmt: skip
        self._reporter.say_all(
            "submitted",
            (
                (f"{self._base}.{number}", f'{before}{_words(given)}}},"executor_id":"{number}"')
                for number, given in enumerate(arguments, first)
            ),
        )
        return call

    def _call_of(self, number: int) -> Optional[Tuple[Call, int]]:
        """The call that an item belongs to, and the number of its chunk there."""
        with self._numbering:
            for call in self._calls:
                chunk = call.chunk_of(number)
                if chunk is not None:
                    return call, chunk
        return None

    # Its end.

    def terminate(self) -> None:
        """As `multiprocessing.Pool.terminate`: items that are not done are CANCELLED."""
        try:
            if self._watch is not None:
                self._watch.stop()
            super().terminate()
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
        self._reporter.settle(patience)
        # What the workers said last, and had no time to send.
        forward(self._where, self._base)
        # No worker is left: what has not run will not.
        cancel_open(self._where, self._base, self._reporter)
        self._reporter.close(2.0)


_pools: "weakref.WeakSet[Pool]" = weakref.WeakSet()


def end_all() -> None:
    """At the end of the program, while its monitor is still there."""
    for pool in list(_pools):
        _end_of(weakref.ref(pool))


def _end_of(pool: "weakref.ref[Pool]") -> None:
    found = pool()
    if found is not None and not found._is_over:
        found.terminate()


def _let_go(watch: Watch, reporter: Reporter) -> None:
    watch.stop()
    reporter.close(0.0)


def _context() -> Any:
    return multiprocessing.get_context()


def _chunks(
    numbered: Iterator[Tuple[int, Any]], size: int
) -> Iterator[List[Tuple[int, Any]]]:
    while True:
        chunk = list(itertools.islice(numbered, size))
        if not chunk:
            return
        yield chunk


def _words(arguments: Any) -> str:
    return dump([_word(one) for one in arguments] if isinstance(arguments, (tuple, list)) else [])


def _word(value: Any, depth: int = 2) -> str:
    """An argument as people recognize it, at no great cost."""
    try:
        if isinstance(value, str):
            return value[:200]
        if value is None or isinstance(value, (bool, int, float)):
            return repr(value)[:200]
        if isinstance(value, (tuple, list)) and len(value) <= 8 and depth > 0:
            return "(" + ", ".join(_word(one, depth - 1) for one in value) + ")"
    except Exception:
        pass  # An int of very many digits, or somebody's own class.
    return f"<{type(value).__name__}>"
