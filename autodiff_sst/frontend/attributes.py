"""Attributes that are read: of modules, of objects, of `super()`, of errors, and by `getattr`.

    getattr(o, "x")       →  o.x               getattr(o, "x", d)  →  if hasattr(o, "x"): t = o.x
    setattr(o, "x", v)    →  o.x = v                                  else: t = d

Whether an object has an attribute is decided by type (transform/attributes.py).
"""

from __future__ import annotations

from typing import Any

import gast

from autodiff_sst.core.syntax import (
    Atom,
    Attribute,
    Call,
    Expression,
    Literal,
    Name,
    Object,
    Store,
    TupleOf,
)
from autodiff_sst.frontend.calls import Arguments, Partial, constant_atom, original
from autodiff_sst.frontend.hints import Hint
from autodiff_sst.runtime.records import is_record

_HASATTR = Object(hasattr, "hasattr", hasattr)


def attribute(lowering: Any, node: Any) -> Any:
    """What `node`, an attribute that is read, stands for."""
    match node.value:
        case gast.Call(func=gast.Name(id="super"), args=[]):
            return _inherited(lowering, node)
        case value:
            return attribute_of(lowering, lowering.atom(value), node.attr, node)


def attribute_of(lowering: Any, base: Atom, name: str, node: Any) -> Any:
    plain = lowering.attribute(base, name)
    if not isinstance(plain, Attribute):
        return plain
    if name == "__class__" and (cls := _own_class(lowering, base)) is not None:
        return cls
    if name == "args" and (given := _error_args(lowering, base)) is not None:
        return given

    def run(hint: Hint) -> Any:
        return lowering.method(hint, base, Arguments([], {}), node)

    return lowering.hinted(name, base, run, lambda: plain, node)


def _inherited(lowering: Any, node: Any) -> Any:
    """`super().name`, of a property or of the class."""
    bound = lowering.callee(node)
    member = bound.function.value if isinstance(bound.function, Object) else None
    if isinstance(member, property):
        getter = Partial(constant_atom(member.fget), bound.given, bound.receiver)
        return lowering.call_value(getter, Arguments([], {}), node)
    return bound if callable(member) else bound.function


def _own_class(lowering: Any, atom: Any) -> Object | None:
    """The class of `self`, in a method that a hint has found for objects of just that class."""
    names = lowering.source.function.__code__.co_varnames[:1]
    if lowering.receiver is None or not names or lowering.values.get(names[0]) != atom:
        return None
    stores = (n for n in gast.walk(lowering.tree) if isinstance(n, gast.Name) and n.id == names[0])
    if any(isinstance(n.ctx, gast.Store) for n in stores):
        return None
    return Object(lowering.receiver, lowering.receiver.__name__, lowering.receiver)


def _error_args(lowering: Any, base: Atom) -> Expression | None:
    """What an exception that was made here has been given; a user's class may do as it likes."""
    made = lowering.shared.made
    first = original(base, made)
    match made.get(first.id) if isinstance(first, Name) else None:
        case Call(Object(type() as cls), args, ()) if issubclass(cls, BaseException):
            return None if is_record(cls) or cls.__init__ not in _PLAIN else TupleOf(args)
        case _:
            return None


_PLAIN = [c.__init__ for c in (Exception, ValueError, KeyError, RuntimeError, ArithmeticError)]


def _constant(atom: Any) -> str | None:
    return atom.value if isinstance(atom, Literal) and isinstance(atom.value, str) else None


def by_name(lowering: Any, called: Any, given: Arguments, node: Any) -> Expression | None:
    """A call of `getattr` or `setattr` with the name written down; of `type` with `self`."""
    function = called.value if isinstance(called, Object) else None
    if function is type and len(given.positional) == 1 and not given.keywords:
        return _own_class(lowering, given.positional[0])
    if given.keywords or (function is not getattr and function is not setattr):
        return None
    name = _constant(given.positional[1]) if len(given.positional) > 1 else None
    if name is None:
        return None
    base: Any = given.positional[0]
    match given.positional:
        case [_, _] if function is getattr:
            made: Expression = attribute_of(lowering, base, name, node)
            return made
        case [_, key, default] if function is getattr:
            has = lowering.emit(Call(_HASATTR, (base, key)), node)

            def read() -> Atom:
                atom: Atom = lowering.emit(attribute_of(lowering, base, name, node), node)
                return atom

            found: Expression = lowering.conditional(has, read, lambda: default, node)
            return found
        case [Name(target), key, value] if function is setattr:
            lowering.block.append(Store(target, (key,), value, lowering.source.origin(node)))
            return Literal(None)
        case _:
            return None
