"""Methods that change a list, found by its type: of lists in dicts, objects and tuples.

    history = {"loss": loss, "w": w}              loss = []
    t = history["loss"]                           append(loss, v)
    t_1 = t.append                         →
    t_1(v)

What a variable holds is known while lowering (lists.py, list_values.py); here it is known which
list a container holds at a constant key, if nothing is stored in the container.
"""

from __future__ import annotations

from collections.abc import Mapping

from autodiff_sst.analysis.access import fact
from autodiff_sst.analysis.kinds import is_list
from autodiff_sst.analysis.values import OPAQUE, Abstract, Array, List, Opaque, Tuple
from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import (
    Append,
    Assign,
    Atom,
    Attribute,
    Binary,
    Block,
    Call,
    Effect,
    Expression,
    For,
    ListOf,
    Literal,
    Name,
    Slice,
    Statement,
    Store,
    Subscript,
    While,
)
from autodiff_sst.core.walk import atoms, own_reads, rebuild, statements
from autodiff_sst.frontend.calls import original
from autodiff_sst.rules.helpers import LEN, LIST
from autodiff_sst.runtime.sequences import LIST_CHANGES, as_sequence, check_strict
from autodiff_sst.transform.common import WHOLE
from autodiff_sst.transform.sites import object_meant

_READ = (len, min, as_sequence, check_strict)  # and keep nothing


class ListMethods:
    def __init__(self, body: Block, facts: Mapping[str, Abstract], names: Names) -> None:
        self.facts, self.names = facts, names
        self.every = [*statements(body)]
        self.made = {s.target: s.value for s in self.every if isinstance(s, Assign)}
        self.grown = {s.target for s in self.every if isinstance(s, Append)}
        self.stored = {s.target for s in self.every if isinstance(s, Store)}
        self.stores_of_lists = [
            s
            for s in self.every
            if isinstance(s, Store) and isinstance(s.index[0], Slice)
            if isinstance(facts.get(s.target), Tuple)
        ]
        self.methods = {
            n: (v.value, v.name) for n, v in self.made.items() if isinstance(v, Attribute)
        }
        self.waits = any(map(self.is_unknown, self.every))

    def is_unknown(self, statement: Statement) -> bool:
        """Whether a list may get something by a call that is not seen to be that yet."""
        match statement:
            case Assign(_, Call(Name(method))) | Effect(Call(Name(method))) if (
                method in self.methods
            ):
                base, name = self.methods[method]
                known = fact(base, self.facts)
                return name in LIST_CHANGES and (known == OPAQUE or is_list(known))
        return False

    def is_open(self, atom: Atom) -> bool:
        """Whether an atom may be what an item of a list tells, to which others may be added."""
        return self.waits and self.is_of_item(atom)

    def is_open_loop(self, statement: For) -> bool:
        """Whether a loop takes items of a list that may get others, or lose them."""
        if not self.waits and not self.is_stored_before(statement):
            return False
        taken = {
            s.value.value
            for s in statements(statement.body)
            if isinstance(s, Assign) and isinstance(s.value, Subscript)
        }
        lists = [a for a in taken if isinstance(a, Name) and is_list(fact(a, self.facts))]
        return any(not self.is_private(a) for a in lists)

    def is_stored_before(self, loop: For) -> bool:
        """Whether a list that is written down may have got other items before a loop: it is as long
        as before until it is a value."""
        if not self.stores_of_lists:
            return False
        places = {id(s): k for k, s in enumerate(self.every)}
        around = [s for s in self.every if isinstance(s, For | While)]
        inside = [{id(i) for i in statements((a,))} for a in around]
        return any(
            places[id(s)] < places[id(loop)] or any({id(s), id(loop)} <= ids for ids in inside)
            for s in self.stores_of_lists
        )

    def is_private(self, atom: Name) -> bool:
        """Whether a list that is written down is only gone through: it stays as it is."""
        first = original(atom, self.made)
        if not isinstance(first, Name) or not isinstance(self.made.get(first.id), ListOf):
            return False
        names = {first.id} | {n for n in self.made if original(Name(n), self.made) == first}
        if any(isinstance(s, Store | Append) and s.target in names for s in self.every):
            return False
        return all(
            isinstance(s, Assign)
            and (
                isinstance(s.value, Name | Subscript)
                or (isinstance(s.value, Call) and getattr(s.value.function, "value", None) in _READ)
            )
            for s in self.every
            if own_reads(s) & names
        )

    def is_of_item(self, atom: Atom) -> bool:
        if not isinstance(atom, Name):
            return False
        match self.made.get(atom.id):
            case None:  # a carry, or what branches give
                return True
            case Subscript(base):
                return isinstance(fact(base, self.facts), List | Opaque) or self.is_of_item(base)
            case value:
                return any(map(self.is_of_item, atoms(value)))

    def settled(self, block: Block, all_changes: bool) -> Block | None:
        """The block in which lists get what methods give them; None if there is none of that.

        Args:
            all_changes: otherwise only lists are appended to that are found as they were made.
        """
        found = False

        def inside(block: Block) -> Block:
            nonlocal found
            done: list[Statement] = []
            for statement in block:
                made = self.changed(statement, all_changes)
                found |= made is not None
                done += (rebuild(statement, lambda a: a, inside),) if made is None else made
            return tuple(done)

        whole = inside(block)
        return whole if found else None

    def grown_at(self, name: str) -> str | None:
        """The list that gets longer, of those that containers hold, which is read here."""
        held = self.list_of(Name(name))
        return held if held in self.grown else None

    def changed(self, statement: Statement, all_changes: bool) -> Block | None:
        """What a call of a method that changes a list is; None if it is none."""
        if not isinstance(statement, Effect | Assign):
            return None
        match statement.value:
            case Call(Name(method), args, ()) if method in self.methods:
                base, name = self.methods[method]
            case _:
                return None
        if not is_list(fact(base, self.facts)):
            return None
        made = self.grows(base, name, args, statement)
        if made is None:
            now = all_changes or self.is_at_unknown_place(base)
            return self.changes(base, name, args, statement) if now else None
        if isinstance(statement, Assign):
            made = (*made, Assign(statement.target, Literal(None), statement.origin))
        return made

    def is_at_unknown_place(self, atom: Atom) -> bool:
        """Whether it is an item by a computed index: no other round tells which."""
        while isinstance(atom, Name):
            match self.made.get(atom.id):
                case Name() as same:
                    atom = same
                case Subscript(_, index):
                    return not all(isinstance(i, Literal) for i in index)
                case _:
                    return False
        return False

    def grows(
        self, base: Atom, name: str, args: tuple[Atom, ...], statement: Statement
    ) -> Block | None:
        grown = self.list_of(base) if name in ("append", "extend") else None
        if grown is None or len(args) != 1:
            return None
        if name == "append":
            return (Append(grown, args[0], statement.origin),)
        if isinstance(fact(args[0], self.facts), List | Tuple | Array):
            return self.extended(grown, args[0], statement)
        return None

    def changes(
        self, base: Atom, name: str, args: tuple[Atom, ...], statement: Effect | Assign
    ) -> Block | None:
        """`x.append(v)` is `x[:] = x + [v]`, and so on."""
        made: list[Statement] = []

        def new(value: Expression) -> Atom:
            fresh = self.names.temporary()
            made.append(Assign(fresh, value, statement.origin))
            return Name(fresh)

        def part(start: Atom | None, stop: Atom | None) -> Atom:
            return new(Subscript(base, (Slice(start, stop, None),)))

        result: Atom = Literal(None)
        match name, args:
            case "append", (item,):
                now = new(Binary("+", base, new(ListOf((item,)))))
            case "extend", (items,):
                now = new(Binary("+", base, new(Call(LIST, (items,)))))
            case "insert", (place, item):
                first, rest = part(None, place), part(place, None)
                now = new(Binary("+", new(Binary("+", first, new(ListOf((item,))))), rest))
            case "pop", () | (Literal(-1),):
                result = new(Subscript(base, (Literal(-1),)))
                now = part(None, Literal(-1))
            case "pop", (Literal(int(place)),) if place >= 0:
                result = new(Subscript(base, (Literal(place),)))
                rest = part(Literal(place + 1), None)
                now = new(Binary("+", part(None, Literal(place)), rest)) if place else rest
            case "clear", ():
                now = new(ListOf(()))
            case "reverse", ():
                now = new(Subscript(base, (Slice(None, None, Literal(-1)),)))
            case _:
                return None
        if not isinstance(base, Name):
            return None
        made.append(Store(base.id, WHOLE, now, statement.origin))
        if isinstance(statement, Assign):
            made.append(Assign(statement.target, result, statement.origin))
        return tuple(made)

    def extended(self, grown: str, items: Atom, statement: Statement) -> Block:
        length, counter, item = (self.names.fresh(n) for n in ("t", "k", "t"))
        body = (
            Assign(item, Subscript(items, (Name(counter),)), statement.origin),
            Append(grown, Name(item), statement.origin),
        )
        return (
            Assign(length, Call(LEN, (items,)), statement.origin),
            For(counter, (Name(length),), body, origin=statement.origin),
        )

    def list_of(self, atom: Atom) -> str | None:
        """The list that is meant, as it was made: a name, or what a container holds."""
        meant = object_meant(atom, self.made, self.stored.__contains__)
        if meant is None or not isinstance(self.made.get(meant.id), ListOf):
            return None
        return meant.id
