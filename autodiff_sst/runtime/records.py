"""Objects of classes that Python defines, as records of their attributes."""

from __future__ import annotations

import dataclasses
import dis
import sys
from types import FunctionType, SimpleNamespace
from typing import Any
from weakref import WeakKeyDictionary

_FOREIGN = {"numpy", "scipy", "autodiff_sst", *sys.stdlib_module_names} - {"__main__"}
_HEAP = 1 << 9  # Py_TPFLAGS_HEAPTYPE: defined by a `class` statement


_known: WeakKeyDictionary[Any, bool] = WeakKeyDictionary()


def is_record(cls: Any) -> bool:
    """Whether objects of a class are what their attributes are."""
    found = _known.get(cls)
    if found is None:
        found = _known[cls] = _is_record(cls)
    return found


def _is_record(cls: Any) -> bool:
    if cls is SimpleNamespace:
        return True
    plain = (object.__getattribute__, BaseException.__getattribute__)
    if hasattr(cls, "__getattr__") or cls.__getattribute__ not in plain:
        return False
    if not is_users_class(cls) or not all(
        c is object or issubclass(c, BaseException) or is_users_class(c) for c in cls.__mro__
    ):
        return False  # a kind of list, say, or of int
    module = cls.__module__ if isinstance(cls.__module__, str) else ""
    foreign = module.partition(".")[0] in _FOREIGN
    return dataclasses.is_dataclass(cls) or not foreign


def is_users_class(cls: Any) -> bool:
    """Whether Python code defines a class."""
    return bool(cls.__flags__ & _HEAP)


def is_function(value: Any) -> bool:
    """Whether something callable is a function or a class, and no object with data of its own."""
    return callable(value) and not is_record(type(value))


def attributes_of(value: Any) -> dict[str, Any]:
    """What an object holds, by name: its slots, then its dict."""
    slots = [s for c in type(value).__mro__ for s in _slots(c) if hasattr(value, s)]
    return {s: getattr(value, s) for s in slots} | dict(getattr(value, "__dict__", {}))


def _slots(cls: type) -> list[str]:
    slots = cls.__dict__.get("__slots__", ())
    names = [slots] if isinstance(slots, str) else [*slots]
    return [s for s in names if s not in ("__dict__", "__weakref__")]


def plain_fields(cls: type) -> tuple[str, ...] | None:
    """The fields of a dataclass that is made by a call with all of them, and nothing else."""
    if not dataclasses.is_dataclass(cls) or hasattr(cls, "__post_init__"):
        return None
    generated = cls.__init__.__qualname__.endswith(".__init__") and "__init__" in cls.__dict__
    fields = dataclasses.fields(cls)
    return tuple(f.name for f in fields) if generated and all(f.init for f in fields) else None


def first_values(cls: type) -> dict[str, Any]:
    """The numbers that a class has, and its methods change: every object has its own."""
    own = [vars(c) for c in reversed(cls.__mro__) if is_users_class(c)]
    plain = (bool, int, float, str, type(None))
    found = {n: v for names in own for n, v in names.items() if type(v) in plain}
    functions = [f for names in own for f in names.values() if isinstance(f, FunctionType)]
    changed = {
        step.argval
        for function in functions
        if found
        for step in dis.get_instructions(function)
        if step.opname == "STORE_ATTR"
    }
    return {n: v for n, v in found.items() if n in changed and not n.startswith("__")}


def make_record(cls: Any, **attributes: Any) -> Any:
    """An object of a class with these attributes; its `__init__` does not run."""
    plain = (c for c in (BaseException, SimpleNamespace) if issubclass(cls, c))
    made = next(plain, object).__new__(cls)
    for name, value in attributes.items():
        if name != "args" or value is not None:  # an exception without tangents in its arguments
            object.__setattr__(made, name, value)
    return made
