"""Which temporaries go back into the one expression that uses them: the way out of A-normal form.

    FINAL → a dict              t = np.cos(s)
                                t_1 = s_bar * t       gives    {"t": np.cos(s), "t_1": s_bar * t}
                                x_bar = t_1 + y                so that x_bar = s_bar * np.cos(s) + y

A temporary is folded if it is read once, in the block that makes it, and if nothing between the two
changes what it reads. User's names, and cotangents of user's names, stay.
"""

from __future__ import annotations

from autodiff_sst.analysis.effects import is_pure_expression
from autodiff_sst.analysis.sharing import Classes
from autodiff_sst.analysis.values import FLOAT
from autodiff_sst.core import names
from autodiff_sst.core.syntax import (
    Accumulate,
    Append,
    Assign,
    Atom,
    Block,
    Call,
    Effect,
    Expression,
    For,
    Function,
    If,
    Literal,
    Name,
    NewStack,
    Object,
    Pop,
    Raise,
    Statement,
    Store,
    Try,
    TupleOf,
    While,
)
from autodiff_sst.core.text import show_expression
from autodiff_sst.core.walk import atoms, count_reads, reads, statements

_WIDTH = 72  # characters of an expression that still reads well on a line


def find_folded(
    function: Function, users: frozenset[str], numbers: frozenset[str]
) -> dict[str, Expression]:
    """The temporaries that are written where they are read; `numbers` hold no memory."""
    folding = _Folding(function, users, numbers)
    folding.block(function.body, (function.result,))
    return folding.folded


class _Folding:
    def __init__(self, function: Function, users: frozenset[str], numbers: frozenset[str]) -> None:
        self.users = users
        self.classes = Classes(function, dict.fromkeys(numbers, FLOAT), callers=False)
        self.folded: dict[str, Expression] = {}
        self.width: dict[str, int] = {}
        self.count = count_reads(function)
        # Names that a statement reads as a name, not as an expression, cannot be folded.
        self.by_name = {
            name
            for s in statements(function.body)
            for name in (getattr(s, "stack", None), getattr(s, "target", None))
            if isinstance(s, Store | Accumulate | Append | Pop) and name
        }

    def block(self, block: Block, ends: tuple[Atom, ...]) -> None:
        """`ends`: what is read at the end of the block."""
        for k, statement in enumerate(block):
            match statement:
                case Assign(target, TupleOf(items) as value) if all(
                    isinstance(i, Literal) for i in items
                ) and self.may_fold(target, value, 9):
                    self.folded[target] = value  # `axis=(0, 1)`, wherever it is read
                case Assign(target, value) if self.may_fold(target, value):
                    if self.finds_use(target, value, block[k + 1 :], ends):
                        self.folded[target] = value
                case If(_, then, orelse, merges):
                    self.block(then, tuple(m.values[0] for m in merges))
                    self.block(orelse, tuple(m.values[1] for m in merges))
                case For(_, _, body, carries):
                    self.block(body, tuple(c.next for c in carries))
                case While(condition, test, body, carries):
                    self.block(condition, (test,))
                    self.block(body, tuple(c.next for c in carries))
                case Try(body, handlers, merges):
                    self.block(body, tuple(m.values[0] for m in merges))
                    for j, handler in enumerate(handlers, 1):
                        self.block(handler.body, tuple(m.values[j] for m in merges))

    def may_fold(self, target: str, value: Expression, most: int = 1) -> bool:
        is_temporary = names.is_temporary(target) and target not in self.users
        if not is_temporary or not 0 < self.count[target] <= most or target in self.by_name:
            return False
        if isinstance(value, NewStack):
            return False
        if not is_pure_expression(value) and not _makes_exception(value):
            return False
        self.width[target] = len(show_expression(value)) + sum(
            self.width[a.id] - len(a.id)
            for a in atoms(value)
            if isinstance(a, Name) and a.id in self.folded
        )
        return self.width[target] <= _WIDTH

    def finds_use(
        self, target: str, value: Expression, rest: Block, ends: tuple[Atom, ...]
    ) -> bool:
        """Whether the use is in this block, before anything changes what the value reads."""
        contents = self.all_reads(value)
        memory = contents.union(*map(self.classes.of, contents - {target}))
        for statement in rest:
            if target in _own_reads(statement):
                return True
            if target in reads(statement):
                return False
            for inner in statements((statement,)):
                if isinstance(inner, Store | Accumulate | Append) and inner.target in memory:
                    return False
                impure = isinstance(inner, Assign) and not is_pure_expression(inner.value)
                if (impure or isinstance(inner, Store | Effect | Raise)) and not isinstance(
                    value, Name | Object
                ):
                    return False
        return Name(target) in ends

    def all_reads(self, value: Expression) -> frozenset[str]:
        found = reads(value)
        for name in found & self.folded.keys():
            found |= self.all_reads(self.folded[name])
        return found


def _makes_exception(value: Expression) -> bool:
    """`ValueError("negative", x)`, which the `raise` just after it raises."""
    match value:
        case Call(Object(kind)):
            return isinstance(kind, type) and issubclass(kind, BaseException)
        case _:
            return False


def _own_reads(statement: Statement) -> frozenset[str]:
    """What a statement reads itself, before the blocks in it; once, in the order of its text."""
    match statement:
        case If(test):
            return reads(test)
        case For(_, bounds, _, carries):
            return frozenset().union(*map(reads, bounds), *(reads(c.init) for c in carries))
        case While(_, _, _, carries):
            return frozenset().union(*(reads(c.init) for c in carries))
        case Try():
            return frozenset()
        case _:
            return reads(statement)
