"""Which functions may give a view of what they are given."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_sst.analysis.ownership import is_fresh
from autodiff_sst.core.purity import IN_PLACE
from autodiff_sst.core.syntax import (
    Assign,
    Attribute,
    Block,
    Call,
    Expression,
    For,
    Function,
    If,
    Literal,
    Name,
    Object,
    Subscript,
    While,
)
from autodiff_sst.core.walk import blocks, count_reads, own_atoms, reads, statements

_VIEWING: tuple[Any, ...] = (
    *(np.reshape, np.ravel, np.transpose, np.swapaxes, np.moveaxis, np.rollaxis, np.squeeze),
    *(np.expand_dims, np.broadcast_to, np.broadcast_arrays, np.asarray, np.ascontiguousarray),
    *(np.asfortranarray, np.asanyarray, np.atleast_1d, np.atleast_2d, np.atleast_3d, np.diagonal),
    *(np.real, np.imag, np.split, np.array_split, np.flip, np.fliplr, np.flipud, np.rot90),
    *(np.nan_to_num, np.diag, np.hsplit, np.vsplit, np.dsplit, np.trim_zeros, np.require),
    *(np.asarray_chkfinite, np.real_if_close, np.frombuffer, np.ndarray, np.asmatrix),
    *(np.lib.stride_tricks.as_strided, np.lib.stride_tricks.sliding_window_view),
)
_MODULES = ("numpy.ma", "numpy.lib.stride_tricks", "numpy.matrixlib")
# Names of functions that not every NumPy has.
_NAMES = ("permute_dims", "matrix_transpose", "unstack", "astype", "diagonal")


def may_view(call: Call) -> bool:
    """Whether the result of a call of NumPy may share memory with an argument; the results of all
    functions that are not named here are new."""
    function = call.function.value if isinstance(call.function, Object) else None
    if function in _VIEWING or getattr(function, "__name__", "") in _NAMES:
        return True
    if (getattr(function, "__module__", None) or "").startswith(_MODULES):
        return True
    if any(key == "copy" and atom != Literal(True) for key, atom in call.keywords):
        return True
    return function is np.einsum and len(call.args) == 2


def keeps_order(call: Call) -> bool:
    """Whether `reshape` or `ravel` takes the items row by row."""
    is_ravel = isinstance(call.function, Object) and call.function.value is np.ravel
    orders = [*call.args[1 if is_ravel else 2 :], *(a for k, a in call.keywords if k == "order")]
    return all(order == Literal("C") for order in orders)


def seen_flat(body: Block) -> set[str]:
    """The names of what is reshaped or raveled, before and after it is changed in place."""
    found: set[str] = set()
    sources: dict[str, set[str]] = {}
    for statement in statements(body):
        match statement:
            case Assign(target, Call(Object(function), (Name(base), *_))):
                if function in (np.reshape, np.ravel):
                    found.add(base)
                elif function in IN_PLACE:
                    sources.setdefault(target, set()).add(base)
            case Assign(_, Attribute(Name(base), "reshape" | "ravel")):
                found.add(base)
            case Assign(target, Name(same)):
                sources.setdefault(target, set()).add(same)
            case If(merges=merges):
                for m in merges:
                    sources.setdefault(m.name, set()).update(*map(reads, m.values))
            case For(carries=carries) | While(carries=carries):
                for c in carries:
                    sources.setdefault(c.name, set()).update(reads(c.init), reads(c.next))
            case _:
                pass
    new = [*found]
    while new:
        more = sources.get(new.pop(), set()) - found
        found |= more
        new += more
    return found


def is_flat(view: Expression) -> bool:
    return isinstance(view, Attribute) and view.name == "flat"


def momentary(function: Function) -> set[str]:
    """What is read of arrays, and looked at before anything is stored: a view or a copy."""
    counts, found = count_reads(function), set()
    blocks_: list[Block] = [function.body]
    blocks_ += [inner for s in statements(function.body) for inner in blocks(s)]
    for block in blocks_:
        for k, statement in enumerate(block):
            match statement:
                case Assign(target, Subscript()):
                    if _reads_until_store(target, block[k + 1 :]) == counts[target]:
                        found.add(target)
                case _:
                    pass
    return found


def _reads_until_store(name: str, block: Block) -> int:
    """How many times what makes something new reads a name, before the next store is done."""
    count = 0
    for statement in block:
        own = [*own_atoms(statement)].count(Name(name))
        if isinstance(statement, Assign) and (not own or is_fresh(statement.value)):
            count += own
        else:
            return count
    return count


# They give tuples of arrays.
_INDICES = (np.where, np.nonzero, np.ix_, np.tril_indices, np.triu_indices, np.diag_indices)


def gives_indices(value: Expression | None) -> bool:
    match value:
        case Call(Object(function)):
            return any(function is f for f in _INDICES)
        case _:
            return False


# What they make lies row by row.
_BY_ROWS: tuple[Any, ...] = (np.zeros, np.ones, np.empty, np.full, np.arange, np.linspace, np.eye)


def lies_by_rows(value: Expression | None) -> bool:
    match value:
        case Call(Object(function), _, keywords) if any(function is f for f in _BY_ROWS):
            return not any(key == "order" for key, _ in keywords)
        case _:
            return False
