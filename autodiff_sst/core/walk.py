"""Reads, writes and substitution over the core: what passes are made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from autodiff_sst.core.syntax import (
    Accumulate,
    Append,
    Assign,
    Atom,
    Attribute,
    Binary,
    Block,
    Call,
    Carry,
    CustomGrad,
    DictOf,
    Effect,
    Expression,
    For,
    Function,
    If,
    Index,
    ListOf,
    Literal,
    Merge,
    Name,
    NewStack,
    Object,
    Pop,
    Push,
    Raise,
    Slice,
    Statement,
    Store,
    Subscript,
    Try,
    TupleOf,
    Unary,
    Update,
    While,
    assert_never,
)

Names = frozenset[str]
EXPRESSIONS = (
    *(Name, Literal, Object, Call, Binary, Unary, Subscript, Attribute),
    *(TupleOf, ListOf, DictOf, NewStack, Update),
)
Change = Callable[[Atom], Atom]


def map_index(index: Index, change: Change) -> Index:
    def bound(atom: Atom | None) -> Atom | None:
        return None if atom is None else change(atom)

    return tuple(
        Slice(bound(i.start), bound(i.stop), bound(i.step)) if isinstance(i, Slice) else change(i)
        for i in index
    )


def map_atoms(value: Expression, change: Change) -> Expression:
    """The expression with `change` applied to each of its atoms."""
    match value:
        case Name() | Literal() | Object():
            return change(value)
        case Call(function, args, keywords):
            return Call(
                change(function),
                tuple(map(change, args)),
                tuple((key, change(a)) for key, a in keywords),
            )
        case Binary(operator, left, right):
            return Binary(operator, change(left), change(right))
        case Unary(operator, operand):
            return Unary(operator, change(operand))
        case Subscript(base, index):
            return Subscript(change(base), map_index(index, change))
        case Attribute(base, name):
            return Attribute(change(base), name)
        case TupleOf(items):
            return TupleOf(tuple(map(change, items)))
        case ListOf(items, alike):
            return ListOf(tuple(map(change, items)), alike)
        case DictOf(keys, values):
            return DictOf(tuple(map(change, keys)), tuple(map(change, values)))
        case Update(base, index, new, add):
            return Update(change(base), map_index(index, change), change(new), add)
        case NewStack():
            return value
        case _:
            assert_never(value)


def atoms(value: Expression) -> tuple[Atom, ...]:
    """The atoms of an expression, from left to right."""
    found: list[Atom] = []

    def note(atom: Atom) -> Atom:
        found.append(atom)
        return atom

    map_atoms(value, note)
    return tuple(found)


def rebuild(
    statement: Statement,
    change: Change,
    block: Callable[[Block], Block],
    name: Callable[[str], str] = lambda name: name,
) -> Statement:
    """The statement with `change` applied to the atoms that it reads, `block` to the blocks in it,
    and `name` to the variables that it reads by name alone (stacks, buffers, stores)."""
    match statement:
        case Assign(_, value) | Effect(value):
            return replace(statement, value=map_atoms(value, change))
        case Store(target, index, value):
            index = map_index(index, change)
            return replace(statement, target=name(target), index=index, value=change(value))
        case Accumulate(target, where, value):
            where = None if where is None else map_index(where, change)
            return replace(statement, target=name(target), index=where, value=change(value))
        case Append(target, value):
            return replace(statement, target=name(target), value=change(value))
        case Push(stack, values):
            return replace(statement, stack=name(stack), values=tuple(map(change, values)))
        case Pop(_, stack):
            return replace(statement, stack=name(stack))
        case If(test, then, orelse, merges):
            return replace(
                statement,
                test=change(test),
                then=block(then),
                orelse=block(orelse),
                merges=_map_merges(merges, change),
            )
        case For(_, bounds, body, carries):
            return replace(
                statement,
                bounds=tuple(map(change, bounds)),
                body=block(body),
                carries=_map_carries(carries, change),
            )
        case While(condition, test, body, carries):
            return replace(
                statement,
                condition=block(condition),
                test=change(test),
                body=block(body),
                carries=_map_carries(carries, change),
            )
        case Try(body, handlers, merges):
            changed = tuple(
                replace(h, kind=None if h.kind is None else change(h.kind), body=block(h.body))
                for h in handlers
            )
            merges = _map_merges(merges, change)
            return replace(statement, body=block(body), handlers=changed, merges=merges)
        case CustomGrad(_, value, arguments, _, body, results):
            return replace(
                statement,
                value=change(value),
                arguments=tuple(map(change, arguments)),
                body=block(body),
                results=tuple(map(change, results)),
            )
        case Raise(value):
            return replace(statement, value=None if value is None else change(value))
        case _:
            assert_never(statement)


def _map_merges(merges: tuple[Merge, ...], change: Change) -> tuple[Merge, ...]:
    return tuple(Merge(m.name, tuple(map(change, m.values))) for m in merges)


def _map_carries(carries: tuple[Carry, ...], change: Change) -> tuple[Carry, ...]:
    return tuple(Carry(c.name, change(c.init), change(c.next)) for c in carries)


def blocks(statement: Statement) -> tuple[Block, ...]:
    """The blocks directly in a statement, in the order of its text."""
    match statement:
        case If(_, then, orelse):
            return then, orelse
        case For(_, _, body):
            return (body,)
        case While(condition, _, body):
            return condition, body
        case Try(body, handlers):
            return (body, *(h.body for h in handlers))
        case CustomGrad(body=body):
            return (body,)
        case _:
            return ()


def statements(block: Block) -> Iterator[Statement]:
    """Every statement of a block and of the blocks in it; a statement before what is in it."""
    for statement in block:
        yield statement
        for inner in blocks(statement):
            yield from statements(inner)


def reads(node: Expression | Statement | Block | None) -> Names:
    """The names that are read in a node, at any depth, those bound in it included."""
    found: set[str] = set()

    def atom(a: Atom) -> Atom:
        if isinstance(a, Name):
            found.add(a.id)
        return a

    def name(n: str) -> str:
        found.add(n)
        return n

    def block(b: Block) -> Block:
        for statement in b:
            rebuild(statement, atom, block, name)
        return b

    if isinstance(node, tuple):
        block(node)
    elif isinstance(node, EXPRESSIONS):
        map_atoms(node, atom)
    elif node is not None:
        rebuild(node, atom, block, name)
    return frozenset(found)


def own_atoms(statement: Statement) -> list[Atom]:
    """The atoms that a statement reads itself, without those of the blocks in it."""
    found: list[Atom] = []

    def note(atom: Atom) -> Atom:
        found.append(atom)
        return atom

    rebuild(statement, note, lambda block: block)
    return found


def own_reads(statement: Statement) -> Names:
    return frozenset(a.id for a in own_atoms(statement) if isinstance(a, Name))


def count_reads(function: Function) -> Counter[str]:
    """How often each name is read as a value."""
    found = [function.result, *(a for s in statements(function.body) for a in own_atoms(s))]
    return Counter(a.id for a in found if isinstance(a, Name))


def binds(statement: Statement) -> tuple[str, ...]:
    """The names that a statement itself binds for what follows it, or for the blocks in it."""
    match statement:
        case Assign(target):
            return (target,)
        case Pop(targets):
            return targets
        case If(merges=merges):
            return tuple(m.name for m in merges)
        case For(target, carries=carries):
            return (target, *(c.name for c in carries))
        case While(carries=carries):
            return tuple(c.name for c in carries)
        case Try(handlers=handlers, merges=merges):
            caught = [h.name for h in handlers if h.name is not None]
            return (*caught, *(m.name for m in merges))
        case CustomGrad(target, bars=bars):
            return (target, *bars)
        case Effect() | Store() | Accumulate() | Append() | Push() | Raise():
            return ()
        case _:
            assert_never(statement)


def writes(block: Iterable[Statement]) -> Names:
    """The names that a block binds, at any depth."""
    return frozenset(name for s in statements(tuple(block)) for name in binds(s))


def substitute(block: Block, names: Mapping[str, Atom]) -> Block:
    """The block, reading `names[x]` instead of `x`. What it binds stays."""

    def atom(a: Atom) -> Atom:
        return names.get(a.id, a) if isinstance(a, Name) else a

    def name(n: str) -> str:
        new = names.get(n)
        return new.id if isinstance(new, Name) else n

    def inner(b: Block) -> Block:
        return tuple(rebuild(s, atom, inner, name) for s in b)

    return inner(block)


def rename(function: Function, names: Mapping[str, str]) -> Function:
    """The function with names changed wherever they are bound or read; parameters stay."""
    result = function.result
    if isinstance(result, Name):
        result = Name(names.get(result.id, result.id))
    return replace(function, body=rename_block(function.body, names), result=result)


def rename_block(body: Block, names: Mapping[str, str]) -> Block:
    """A block with names changed wherever they are bound or read."""

    def name(n: str) -> str:
        return names.get(n, n)

    def atom(a: Atom) -> Atom:
        return Name(name(a.id)) if isinstance(a, Name) else a

    def block(b: Block) -> Block:
        return tuple(_rename_bound(rebuild(s, atom, block, name), name) for s in b)

    return block(body)


def _rename_bound(statement: Statement, name: Callable[[str], str]) -> Statement:
    match statement:
        case Assign(target):
            return replace(statement, target=name(target))
        case Pop(targets):
            return replace(statement, targets=tuple(map(name, targets)))
        case If(merges=merges) | Try(merges=merges):
            merges = tuple(replace(m, name=name(m.name)) for m in merges)
            return replace(statement, merges=merges)
        case For(target, carries=carries):
            carries = tuple(replace(c, name=name(c.name)) for c in carries)
            return replace(statement, target=name(target), carries=carries)
        case While(carries=carries):
            return replace(statement, carries=tuple(replace(c, name=name(c.name)) for c in carries))
        case CustomGrad(target, bars=bars):
            return replace(statement, target=name(target), bars=tuple(map(name, bars)))
        case _:
            return statement


def all_names(function: Function) -> Names:
    """Every name in the function: parameters, bound, read."""
    body = function.body
    return reads(body) | writes(body) | reads(function.result) | frozenset(function.parameters)
