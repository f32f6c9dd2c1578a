"""The core: a subset of Python in A-normal form and structured SSA. Declarations only.

    function  ::= def name(parameter, ...): block return a
    block     ::= statement ...
    statement ::= x = e                                        Assign
                | e                                            Effect: a call for its effect
                | x[i] = a                                     Store: on mutable storage only
                | x += a | x[i] += a | add_at(x[i], a)         Accumulate: into a buffer
                | append(x, a)                                 Append: to a list that is made here
             | push(s, a, ...) | x, ... = pop(s)            Push, Pop
                | if a: block else: block                      If, with its merges
                | for x in range(a, ...): block                For, with its carries
                | while (block; a): block                      While, with its carries
                | try: block except a as x: block ...          Try, with its merges
                | with custom_grad(x, a, a, ...) as x, ...: block           CustomGrad
                | raise a                                      Raise
    e         ::= a | f(a, ..., k=a) | a + a | -a | a < a | a[i] | a.name
                | (a, ...) | [a, ...] | {a: a, ...} | stack()
                | updated(x[i], a) | added(x[i], a)
    a         ::= x | literal | object
    i         ::= a | a:a:a | ..., ...

Every name is bound once: by an assignment, as a parameter, as a loop's target, as a merge or as a
carry. A merge is bound after its statement to what its branch gives; a carry is `init` in the
first turn, `next` in the others, and after the loop the last `next` (or `init`): all carries of a
loop are renewed at once. So a value, once computed, is there until the function ends, and in a
loop's body until the turn ends. A name bound in a branch is seen by the same branch of later `if`s
on the same test, and by nobody else; a name bound in a loop is seen in that loop alone.

A *buffer* is made by `zeros_like` and lives in three phases: zero, accumulated into, read. Nothing
is accumulated into it once its contents were read; `Accumulate` is the one statement that changes
something already bound (`Store`, on the user's storage,
and `Append`, to a list, are the others).

Statements compare by identity, and carry the place in the user's program that they come from;
expressions compare by value.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeAlias

from autodiff_sst.errors import Origin


def assert_never(value: NoReturn) -> NoReturn:  # ends a `match`: mypy names what misses a case
    raise AssertionError(f"not in the core: {value!r}")


@dataclass(frozen=True, slots=True)
class Name:
    id: str


@dataclass(frozen=True, slots=True, eq=False)
class Literal:
    """A number, a string, bytes, a bool, None or Ellipsis; `1`, `1.0` and `True` are three."""

    value: Any

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Literal):
            return NotImplemented
        return type(self.value) is type(other.value) and repr(self.value) == repr(other.value)

    def __hash__(self) -> int:
        return hash((type(self.value), repr(self.value)))


@dataclass(frozen=True, slots=True, eq=False)
class Object:
    """A Python object that is known now, `np.sin` say; prints as `text`, compares by identity.

    `root` is what the first name of a dotted text stands for: the module `np`.
    """

    value: Any
    text: str
    root: Any = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Object) and self.value is other.value

    def __hash__(self) -> int:
        return id(self.value)


Atom: TypeAlias = "Name | Literal | Object"


class _Undefined:
    """What a variable is on a path that has not bound it."""


UNDEFINED = Object(_Undefined(), "None")

# Expressions


@dataclass(frozen=True, slots=True)
class Slice:
    start: Atom | None
    stop: Atom | None
    step: Atom | None


Index: TypeAlias = "tuple[Atom | Slice, ...]"  # one item: `x[i]`; more: `x[i, j]`


@dataclass(frozen=True, slots=True)
class Call:
    function: Atom
    args: tuple[Atom, ...] = ()
    keywords: tuple[tuple[str, Atom], ...] = ()


@dataclass(frozen=True, slots=True)
class Binary:
    """`left operator right`: arithmetic, comparisons, `is`, `in` and their negations."""

    operator: str
    left: Atom
    right: Atom


@dataclass(frozen=True, slots=True)
class Unary:
    """`-a`, `+a`, `~a`, `not a`."""

    operator: str
    operand: Atom


@dataclass(frozen=True, slots=True)
class Subscript:
    value: Atom
    index: Index


@dataclass(frozen=True, slots=True)
class Attribute:
    value: Atom
    name: str


@dataclass(frozen=True, slots=True)
class TupleOf:
    items: tuple[Atom, ...]


@dataclass(frozen=True, slots=True)
class ListOf:
    items: tuple[Atom, ...]
    alike: bool = field(default=False, compare=False)  # nobody knows which item will be meant


@dataclass(frozen=True, slots=True)
class DictOf:
    keys: tuple[Atom, ...]
    values: tuple[Atom, ...]


@dataclass(frozen=True, slots=True)
class Update:
    """A new array: `base` with the item at `index` replaced by `value`, or `value` added to it (an
    item that the index repeats gets all). It may be made in the memory of `base` (in_place.py)."""

    base: Atom
    index: Index
    value: Atom
    add: bool = False


@dataclass(frozen=True, slots=True)
class NewStack:
    pass


Expression: TypeAlias = (
    "Atom | Call | Binary | Unary | Subscript | Attribute | TupleOf | ListOf | DictOf | NewStack"
    " | Update"
)

# Statements


@dataclass(frozen=True, slots=True)
class Merge:
    """`name` is `values[k]` where branch `k` was taken: of an `If`, then and else; of a `Try`,
    the body and the handlers."""

    name: str
    values: tuple[Atom, ...]


@dataclass(frozen=True, slots=True)
class Carry:
    name: str
    init: Atom
    next: Atom


@dataclass(frozen=True, slots=True, eq=False)
class Assign:
    target: str
    value: Expression
    origin: Origin | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Effect:
    value: Expression
    origin: Origin | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Store:
    target: str
    index: Index
    value: Atom
    origin: Origin | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Accumulate:
    """`target[index] += value`; without an index the whole buffer.

    Where an index may hold an element twice (`repeats`), both are added, as by `np.add.at`.
    """

    target: str
    index: Index | None
    value: Atom
    repeats: bool = False
    origin: Origin | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Append:
    """`target.append(value)`; the list was made by a `ListOf`, and only grows."""

    target: str
    value: Atom
    origin: Origin | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Push:
    stack: str
    values: tuple[Atom, ...]
    origin: Origin | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Pop:
    targets: tuple[str, ...]
    stack: str
    origin: Origin | None = None


@dataclass(frozen=True, slots=True, eq=False)
class If:
    test: Atom
    then: Block
    orelse: Block = ()
    merges: tuple[Merge, ...] = ()
    origin: Origin | None = None


@dataclass(frozen=True, slots=True, eq=False)
class For:
    """`for target in range(*bounds)`, or in the same range reversed."""

    target: str
    bounds: tuple[Atom, ...]
    body: Block
    carries: tuple[Carry, ...] = ()
    backwards: bool = False
    origin: Origin | None = None


@dataclass(frozen=True, slots=True, eq=False)
class While:
    """Each turn runs `condition`, ends the loop unless `test`, and runs `body`.

    What `condition` binds is seen in it and in `body`.
    """

    condition: Block
    test: Atom
    body: Block
    carries: tuple[Carry, ...] = ()
    origin: Origin | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Handler:
    """`except kind as name: body`; without a kind, any exception."""

    kind: Atom | None
    name: str | None
    body: Block


@dataclass(frozen=True, slots=True, eq=False)
class Try:
    """A handler sees what was bound before the `try`, and nothing of its body."""

    body: Block
    handlers: tuple[Handler, ...]
    merges: tuple[Merge, ...] = ()
    origin: Origin | None = None


@dataclass(frozen=True, slots=True, eq=False)
class CustomGrad:
    """`target` is `value`; in the backward sweep `body` makes of the cotangents of the value's
    items, `bars`, the cotangents `results` of `arguments`. Several bars: the value is a tuple.

    Where it was `inserted` into the backward sweep, the tangent is that of the value.
    """

    target: str
    value: Atom
    arguments: tuple[Atom, ...]
    bars: tuple[str, ...]
    body: Block
    results: tuple[Atom, ...]
    origin: Origin | None = None
    inserted: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Raise:
    value: Atom | None
    origin: Origin | None = None


Statement: TypeAlias = (
    "Assign | Effect | Store | Accumulate | Append | Push | Pop | If | For | While | Try"
    " | CustomGrad | Raise"
)
Block: TypeAlias = "tuple[Statement, ...]"


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    name: str
    parameters: tuple[str, ...]
    body: Block
    result: Atom
    origin: Origin | None = None
