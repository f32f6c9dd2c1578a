"""`try` and `with` in generated code."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any


def error_of(kinds: Any, function: Any, *args: Any) -> BaseException | None:
    """What a call raises, if it is one of these kinds of exceptions; None if it does not fail."""
    try:
        function(*args)
    except kinds as error:
        caught: BaseException = error
        return caught
    return None


class _Entered(threading.local):
    def __init__(self) -> None:
        self.managers: list[Any] = []


_entered = _Entered()


def enter_context(manager: Any) -> Any:
    """What `with manager as x` makes of `x`; `leave_context` ends it."""
    made = manager.__enter__()
    _entered.managers.append(manager)
    return made


def leave_context(manager: Any) -> None:
    """The end of a `with`: the manager is the last that was entered."""
    _entered.managers.pop().__exit__(None, None, None)


def leaving(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function; what it has entered is left if it fails."""

    def run(*args: Any) -> Any:
        depth = len(_entered.managers)
        try:
            return function(*args)
        except BaseException as error:
            while len(_entered.managers) > depth:
                manager = _entered.managers.pop()
                if manager.__exit__(type(error), error, error.__traceback__):
                    raise RuntimeError(
                        "a context manager that ends an exception is not supported yet"
                    ) from error
            raise

    run.__name__ = function.__name__
    run.__wrapped__ = function  # type: ignore[attr-defined]
    return run
