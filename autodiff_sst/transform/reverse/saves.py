"""What a loop's turn, or a branch in a loop, keeps for its reverse: pushed, popped, or made again.

    s_1 = t * x                   push(saved, s, t)         s, t = pop(saved)
                                  s_1 = t * x               …

A *region* is the body of a loop, or a branch in one. Its reverse reads names of the region as if
they were at hand; they are pushed on the region's stack as soon as all of them are there, and
popped where its reverse begins. What is cheap to make of what is at hand (counters, shapes,
lengths, items of arrays bound outside) is made again.
"""

from __future__ import annotations

from collections.abc import Mapping

from autodiff_sst.analysis.access import fact
from autodiff_sst.analysis.values import Array, Known, Scalar, Tuple
from autodiff_sst.core.syntax import (
    Accumulate,
    Append,
    Assign,
    Atom,
    Attribute,
    Binary,
    Block,
    Call,
    Expression,
    Literal,
    Name,
    Object,
    Pop,
    Push,
    Slice,
    Statement,
    Subscript,
    Unary,
)
from autodiff_sst.core.walk import atoms, binds, reads, statements, substitute
from autodiff_sst.transform.reverse.sweep import Reverse


def save_region(
    sweep: Reverse, forward: Block, backward: Block, bound: frozenset[str], counter: str | None
) -> tuple[Block, Block]:
    """The region and its reverse, with the push and the pop of what the reverse reads.

    Args:
        bound: the names that are there in a turn (or branch) only.
        counter: of these, the loop's counter, which the reverse has too.
    """
    needed = [n for n in _in_order(reads(backward) & bound, forward) if n != counter]
    made = {s.target: s.value for s in forward if isinstance(s, Assign)}
    again: list[str] = []  # in an order in which they can be made
    for name in needed:
        _make_again(sweep, name, made, bound, counter, again)
    new = {n: sweep.builder.names.fresh(n) for n in dict.fromkeys([*again, *needed])}
    for name, fresh in new.items():
        sweep.builder.facts[fresh] = sweep.builder.facts[name]
    names: Mapping[str, Atom] = {n: Name(fresh) for n, fresh in new.items()}
    start: list[Statement] = []
    pushed = [n for n in needed if n not in again]
    if pushed:
        stack = sweep.new_stack()
        start.append(Pop(tuple(new[n] for n in pushed), stack))
        push = Push(stack, tuple(map(Name, pushed)))
        done = [k for k, s in enumerate(forward, 1) if _makes(s) & {*pushed}]
        place = max(done, default=0)
        forward = (*forward[:place], push, *forward[place:])
    start += [Assign(n, made[n]) for n in again]
    renamed = substitute((*start, *backward), names)
    targets = {n: new[n] for n in again}
    return forward, tuple(
        Assign(targets[s.target], s.value, s.origin)
        if isinstance(s, Assign) and s.target in targets
        else s
        for s in renamed
    )


def _makes(statement: Statement) -> set[str]:
    """What a statement binds, and the buffers that it adds to: these are whole only after it."""
    inner = statements((statement,))
    grown = {s.target for s in inner if isinstance(s, Accumulate | Append)}
    return {*binds(statement)} | grown


def _in_order(names: frozenset[str], block: Block) -> list[str]:
    position = {name: k for k, s in enumerate(block) for name in binds(s)}
    return sorted(names, key=lambda name: (position.get(name, -1), name))


def _make_again(
    sweep: Reverse,
    name: str,
    made: Mapping[str, Expression],
    bound: frozenset[str],
    counter: str | None,
    again: list[str],
) -> bool:
    """Whether a name is cheap to make again; then it stands in `again`, after what it reads."""
    if name in again:
        return True
    value = made.get(name)
    if value is None or not _is_cheap(sweep, value):
        return False
    for atom in atoms(value):
        if (
            isinstance(atom, Name)
            and atom.id in bound
            and atom.id != counter
            and not _make_again(sweep, atom.id, made, bound, counter, again)
        ):
            return False
    again.append(name)
    return True


def _is_cheap(sweep: Reverse, value: Expression) -> bool:
    facts = sweep.builder.facts
    match value:
        case Name() | Literal() | Object():
            return True
        case Binary(_, left, right):
            return all(_is_int(fact(a, facts)) for a in (left, right))
        case Unary(_, operand):
            return _is_int(fact(operand, facts))
        case Attribute(_, name):
            return name in ("shape", "ndim", "size", "T")
        case Call(Object(function), args):
            if function is len:  # of a list it grows
                return isinstance(fact(args[0], facts), Array | Tuple)
            return function is min and all(_is_int(fact(a, facts)) for a in args)
        case Subscript(base, index):
            plain = all(isinstance(i, Slice) or _is_int(fact(i, facts)) for i in index)
            return plain and isinstance(fact(base, facts), Array)
        case _:
            return False


def _is_int(value: object) -> bool:
    if isinstance(value, Known):
        return isinstance(value.value, int | type(None))
    return isinstance(value, Scalar) and value.kind in "bi"
