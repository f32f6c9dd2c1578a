"""Objects that a program makes: `__init__` takes the place of the call, and fills a new one."""

from __future__ import annotations

from types import FunctionType, SimpleNamespace, WrapperDescriptorType
from typing import Any

from autodiff_sst.core.syntax import Atom, Call, Literal, Object, TupleOf
from autodiff_sst.frontend.calls import Arguments, constant_atom
from autodiff_sst.runtime.records import (
    first_values,
    is_record,
    is_users_class,
    make_record,
    plain_fields,
)

_NEW_RECORD = Object(make_record, "make_record")


def construct(lowering: Any, cls: type, given: Arguments, node: Any) -> Any:
    """An object that `__init__` fills, whose body takes the place of the call."""
    if cls is SimpleNamespace:
        return None if given.positional else new_instance(lowering, cls, given, node)
    init = getattr(cls, "__init__", None)
    own_new = any("__new__" in vars(c) for c in cls.__mro__[:-1] if is_users_class(c))
    plain = not is_record(cls) or plain_fields(cls) is not None or own_new
    caught = lowering.shared.guarding or not issubclass(cls, BaseException)
    if not plain and init is object.__init__ and not (given.positional or given.keywords):
        return new_instance(lowering, cls, given, node)
    if plain or not isinstance(init, FunctionType) or not caught:
        return None
    before = len(lowering.block)
    made = new_instance(lowering, cls, given, node)
    whole = Arguments([made, *given.positional], given.keywords)
    if lowering.inline_function(init, whole, node, cls) is None:
        del lowering.block[before:]
        return None
    return made


def new_instance(lowering: Any, cls: type, given: Arguments, node: Any) -> Atom:
    """An object that nothing is known of yet; of an exception, the arguments."""
    made: Atom = lowering.emit(Call(_NEW_RECORD, (constant_atom(cls),)), node)
    if issubclass(cls, BaseException):
        set_args(lowering, made, given.positional, node)
    for name, value in first_values(cls).items():
        lowering.store(made, (Literal(name),), Literal(value), node)
    for name, atom in given.keywords.items() if cls is SimpleNamespace else ():
        lowering.store(made, (Literal(name),), atom, node)
    return made


def initializes_exception(called: Any) -> bool:
    """Whether this is the `__init__` of the exceptions of Python."""
    value = called.value if isinstance(called, Object) else None
    return (
        isinstance(value, WrapperDescriptorType)
        and value.__name__ == "__init__"
        and issubclass(value.__objclass__, BaseException)
    )


def set_args(lowering: Any, error: Atom, args: list[Any], node: Any) -> Literal:
    """What `Exception.__init__` does."""
    whole = lowering.emit(TupleOf(tuple(args)), node)
    lowering.store(error, (Literal("args"),), whole, node)
    return Literal(None)
