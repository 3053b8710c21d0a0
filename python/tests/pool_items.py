"""Functions that the tests of `jobmon.Pool` run in its workers, and what they return and raise."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from multiprocessing import connection
from typing import Any, Callable


class NoData(Exception):
    """Its `__init__` takes other arguments than those that `Exception` got."""

    def __init__(self, year: int, place: str) -> None:
        super().__init__(f"no data for {year} in {place}")
        self.year = year


class WithoutReduce(Exception):
    def __reduce__(self) -> Any:
        raise RuntimeError("no reduce")


class Stray(BaseException):
    """Not an `Exception`."""


class CannotBePickled:
    def __reduce__(self) -> Any:
        raise TypeError("it can't be pickled")


class EndsThePickler:
    def __reduce__(self) -> Any:
        raise SystemExit(0)


class CannotBeUnpickled:
    def __reduce__(self) -> Any:
        return refuses, ()


class EndsTheUnpickler:
    def __reduce__(self) -> Any:
        return sys.exit, (0,)


class Known:
    """Needs more than the basic types of Python."""


class WithoutRepr:
    def __reduce__(self) -> Any:
        raise TypeError("it can't be pickled")

    def __repr__(self) -> str:
        raise ValueError("no repr")


class KnownHereOnly:
    """Can be unpickled in the workers only."""

    owner = os.getpid()

    def __reduce__(self) -> Any:
        return known_here_only, (KnownHereOnly.owner,)


def known_here_only(owner: int) -> KnownHereOnly:
    if os.getpid() == owner:
        raise ImportError("unknown to the caller")
    return KnownHereOnly()


def refuses() -> None:
    raise ValueError("it can't be unpickled")


def same(value: Any) -> Any:
    return value


def no_data(year: int) -> None:
    raise NoData(year, "north")


def no_data_inside(year: int) -> None:
    try:
        raise NoData(year, "north")
    except NoData as error:
        outer = ValueError("outer")
        outer.reason = error  # type: ignore[attr-defined]
        raise outer from error


def local_class(_: Any) -> None:
    class Local(ValueError):
        pass

    raise Local("it is local")


def without_reduce(_: Any) -> None:
    raise WithoutReduce("odd one")


def with_a_lock(_: Any) -> None:
    error = ValueError("it has a lock")
    error.lock = threading.Lock()  # type: ignore[attr-defined]
    raise error


def without_message(_: Any) -> None:
    class Mute(Exception):
        def __str__(self) -> str:
            raise ValueError("no text")

    raise Mute()


def group(year: int) -> None:
    raise ExceptionGroup("several", [NoData(year, "north"), KeyError("x")])  # type: ignore[name-defined]  # noqa: F821


def lock(_: Any) -> Any:
    return threading.Lock()


def without_repr(_: Any) -> Any:
    return WithoutRepr()


def generator(_: Any) -> Any:
    return (number for number in range(3))


def cannot_be_unpickled(_: Any) -> Any:
    return CannotBeUnpickled()


def ends_the_unpickler(_: Any) -> Any:
    return EndsTheUnpickler()


def ends_the_pickler(_: Any) -> Any:
    return EndsThePickler()


def here_only(_: Any) -> Any:
    return KnownHereOnly()


def exits(code: Any) -> None:
    sys.exit(code)


def raises(kind: Callable[[], BaseException]) -> None:
    raise kind()


def leaves(code: int) -> None:
    os._exit(code)


def killed(number: int) -> None:
    os.kill(os.getpid(), number)


def odd(number: int) -> int:
    if number % 2 == 0:
        raise ValueError(f"{number} is even")
    return number


def lock_at_two(number: int) -> Any:
    return threading.Lock() if number == 2 else number


def dies_at(number: int, at: int = 3) -> int:
    if number == at:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def known(_: Any) -> Known:
    return Known()


def known_then_waits(path: str) -> Known:
    if path:
        with open(path + ".began", "w"):
            pass
        while not os.path.exists(path):
            time.sleep(0.01)
    return Known()


def forks(code: int) -> int:
    pid = os.fork()
    if pid == 0:
        if code:
            sys.exit(code)
        return -1
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) if sys.version_info >= (3, 9) else code


# Initializers.


def note(path: str) -> None:
    with open(path, "a") as file:
        file.write(f"{os.getpid()}\n")


def no_licence(path: str) -> None:
    note(path)
    raise ValueError("no licence")


def exits_at_start(path: str) -> None:
    note(path)
    sys.exit(0)


def leaves_at_start(path: str) -> None:
    note(path)
    os._exit(7)


def killed_at_start(path: str) -> None:
    note(path)
    os.kill(os.getpid(), signal.SIGKILL)


def fails_twice(path: str) -> None:
    note(path)
    with open(path) as file:
        if len(file.readlines()) <= 2:
            raise OSError("not yet")


def killed_while_it_takes_a_task(path: str) -> None:
    """The first worker that receives a task is killed after it has read a part of it."""
    receive = connection.Connection._recv  # type: ignore[attr-defined]

    def receives(self: Any, size: int, *more: Any) -> Any:
        if size > 4 and first(path):
            receive(self, 1, *more)
            os.kill(os.getpid(), signal.SIGKILL)
        return receive(self, size, *more)

    connection.Connection._recv = receives  # type: ignore[attr-defined]


def killed_while_it_sends(path: str) -> None:
    """The first worker that has a result is killed after it has sent a part of it."""
    send = connection.Connection._send  # type: ignore[attr-defined]

    def sends(self: Any, data: Any, *more: Any) -> None:
        if len(data) > 1000 and first(path):
            send(self, data[:1000], *more)
            os.kill(os.getpid(), signal.SIGKILL)
        send(self, data, *more)

    connection.Connection._send = sends  # type: ignore[attr-defined]


def first(path: str) -> bool:
    """True at the first call."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL))
        return True
    except FileExistsError:
        return False
