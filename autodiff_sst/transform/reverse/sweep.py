"""The state of a reverse sweep: what was emitted, and the cotangent of each place.

The cotangent of a place is an atom that `cotangents` holds; a place that it does not hold has a
cotangent of zero, and none of its statements come about. Contributions add up in new names, so the
result is single-assignment as the primal is, and may be differentiated again. Each construct has a
file of its own: `assign.py`, `branch.py`, `loop.py`, `stacks.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from autodiff_sst.analysis.activity import find_active, may_be_active
from autodiff_sst.analysis.infer import infer
from autodiff_sst.analysis.knowledge import FactsKnown
from autodiff_sst.analysis.values import Abstract, List, Opaque, Scalar, Table, keys_of
from autodiff_sst.core.build import Builder
from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import (
    Accumulate,
    Append,
    Assign,
    Atom,
    Block,
    CustomGrad,
    DictOf,
    Effect,
    For,
    Function,
    If,
    Index,
    ListOf,
    Literal,
    Name,
    Pop,
    Push,
    Raise,
    Statement,
    Subscript,
    TupleOf,
    While,
)
from autodiff_sst.core.walk import all_names, binds, statements
from autodiff_sst.errors import AutodiffError, UnsupportedSyntaxError
from autodiff_sst.rules.helpers import ADD_TABLES, OWN_ITEMS, ZEROS_LIKE
from autodiff_sst.transform.reverse.cotangents import (
    Place,
    fact_at,
    fit,
    has_array,
    in_shape_of,
    item_of,
    match_dtype,
    write_out,
    zero_items,
)
from autodiff_sst.transform.reverse.regions import Branches, branches_of, maybe_undefined


class Reverse:
    """The state of the backward sweep: what was emitted, and the cotangent of each name."""

    def __init__(
        self, function: Function, facts: Mapping[str, Abstract], by: tuple[str, ...], in_pair: bool
    ):
        from autodiff_sst.transform.reverse.indexed import (
            names_of_ragged,
            names_read_by_index,
            names_updated,
            rows_of_ragged,
        )

        self.active, self.varied = find_active(function, facts, frozenset(by))
        self.grown = {s.target for s in statements(function.body) if isinstance(s, Append)}
        self.builder = Builder(Names(all_names(function)), {**facts}, infer)
        self.builder.maybe_undefined = maybe_undefined(function.body)
        self.cotangents: dict[Place, Atom] = {}
        self.function = function
        self.by = " and ".join(f"`{name}`" for name in by)
        assigned = [s for s in statements(function.body) if isinstance(s, Assign)]
        self.statements = {s.target: s for s in assigned}
        self.made = {s.target: s.value for s in assigned}
        self.knowledge = FactsKnown(self.builder.facts, self.made)
        self.in_pair = in_pair
        self.depth = 0  # of loops around
        self.stacks: list[str] = []  # made, but not yet in the program
        self.twins: dict[str, str] = {}
        self.branches = branches_of(function.body)
        self.inside: Branches = ()  # the branches of the primal around what is reversed now
        self.growing = frozenset(
            s.target for s in statements(function.body) if isinstance(s, Append)
        )
        updated = names_updated(function.body) - self.growing - {*function.parameters}
        lists = {n for n in self.active if isinstance(facts[n], Table)}
        lists |= {n for n in updated & self.active if isinstance(facts[n], List)}
        self.builder.ragged = names_of_ragged(function.body, facts, self.made)
        self.builder.rows = rows_of_ragged(self.builder.ragged, self.made)
        lists |= self.builder.rows & self.active
        self.arrays = frozenset(n for n in lists if has_array(self.builder, Place(n)))
        self.updated = frozenset(lists)
        self.buffered = names_read_by_index(function.body, facts, self.active)
        self.buffered |= {
            n
            for n in self.active
            if isinstance(facts[n], List) and not isinstance(self.made.get(n), ListOf)
        }
        self.buffered |= self.growing & self.active
        self.buffered -= self.updated
        self.listed = frozenset(n for n in self.made if isinstance(self.made[n], ListOf))
        self.listed -= self.growing

    def make_buffers(self, names: Iterable[str]) -> None:
        """Zeros for what is read by index, where the reverse of the region that binds it begins."""
        for name in names:
            if name not in self.buffered or Place(name) in self.cotangents:
                continue
            if isinstance(self.builder.facts[name], List):
                self.make_list(Place(name))
                continue
            made = self.builder.call(ZEROS_LIKE, Name(name))
            self.cotangents[Place(name)] = self.named(made, name)

    def make_list(self, place: Place) -> None:
        """Zeros for the items of a list."""
        self.cotangents[place] = self.named(zero_items(self.builder, place), place.name)

    def add(
        self,
        name: str,
        value: Atom,
        path: tuple[Any, ...] = (),
        source: Place | None = None,
        is_exact: bool = False,
    ) -> None:
        """Adds a contribution to the cotangent of a name, or of what it holds at a path.

        `source` is the result of the elementwise function that it comes from, if it does;
        `is_exact` tells that its shape is right.
        """
        place = Place(name, path)
        fact = place.fact(self.builder)
        keys = keys_of(fact)
        made = self.made.get(name)
        if fact == List(None):
            return  # it is empty, and stays so
        if name in self.arrays:
            value = write_out(self.builder, value, place)
            known = self.cotangents.get(place)
            if known is not None:
                value = self.builder.binary("+", known, value)
            self.cotangents[place] = self.named(value, name)
            return
        if name in self.updated and isinstance(fact, Table):
            known = self.cotangents.get(place)
            if known is not None:
                value = self.builder.call(ADD_TABLES, known, value)
            self.cotangents[place] = self.named(value, name)
            return
        if name in self.updated:
            known = self.cotangents.get(place)
            self.cotangents[place] = value
            if known is not None:
                self.cotangents[place] = self.named(self.builder.call(OWN_ITEMS, known), name)
                self.add_list(place, value)
            return
        if isinstance(fact, List) and not path and name in self.buffered - self.listed:
            self.add_list(place, value)
            return
        if isinstance(fact, List) and not path and isinstance(made, ListOf):
            buffer = self.cotangents.get(place)  # without one, straight to the items
            self.add_to_items(made.items, value, buffer)
            return
        if path and self.goes_to_items(place):
            assert isinstance(made, TupleOf | ListOf | DictOf)
            all_keys = keys_of(self.builder.facts[name]) or ()
            items = made.values if isinstance(made, DictOf) else made.items
            self.add_to(items[all_keys.index(path[0])], value, path[1:])
            return
        if isinstance(fact, List) and isinstance(fact.item, Scalar):
            self.add_list(place, value)
            return
        if isinstance(fact, List | Opaque):
            from autodiff_sst.transform.reverse.assign import without_rule

            if isinstance(fact, Opaque) and (error := without_rule(self, name)):
                raise error
            what = "a list as a whole" if isinstance(fact, List) else f"`{name}`, of unknown type,"
            raise self.refuse(what)
        if keys is not None:
            parts = self.parts_made(value)
            for k, key in enumerate(keys):
                if may_be_active(fact_at(fact, (key,))):
                    part = parts[k] if parts else item_of(self.builder, fact, value, key)
                    self.add(name, part, (*path, key), is_exact=part in self.builder.exact)
            return
        if is_exact:
            value = match_dtype(self.builder, value, fact, self.builder.fact(value))
            value = in_shape_of(self.builder, value, place)
        else:
            value = fit(self.builder, value, place, source)
        if name in self.buffered:
            buffer = self.cotangents[place]
            assert isinstance(buffer, Name)
            self.builder.append(Accumulate(buffer.id, None, value, False, self.builder.origin))
            return
        known = self.cotangents.get(place)
        if known is not None:
            value = self.builder.binary("+", known, value)
        self.cotangents[place] = self.named(value, name)

    def goes_to_items(self, place: Place) -> bool:
        """Whether what is added to the cotangent of a list is added to those of its items."""
        is_display = isinstance(self.made.get(place.name), TupleOf | ListOf | DictOf)
        return is_display and isinstance(place.fact(self.builder), List)

    def parts_made(self, value: Atom) -> tuple[Atom, ...] | None:
        """The parts of a list that was made just now, which takes it back."""
        last = self.builder.pop_temporary(value)
        if last is not None and isinstance(last.value, ListOf):
            return last.value.items
        if last is not None:
            self.builder.take_back(last)
        return None

    def refuse(self, what: str) -> UnsupportedSyntaxError:
        words = f"the cotangent of {what} is not supported yet"
        return UnsupportedSyntaxError(words, self.builder.origin, instead="numbers and arrays.")

    def add_list(self, place: Place, value: Atom) -> None:
        from autodiff_sst.transform.reverse.stacks import add_to_list

        add_to_list(self, place, value)

    def add_to_items(self, items: tuple[Atom, ...], value: Atom, buffer: Atom | None) -> None:
        """Adds the items of a list, or the rows of an array, to the cotangents of items."""
        parts = None if buffer is not None else self.parts_made(value)
        if parts is None:
            self.builder.keep(value)
        for k, item in enumerate(items):
            if isinstance(item, Name) and item.id in self.active:
                if parts is not None:
                    part = parts[k]
                else:
                    part = self.builder.emit(Subscript(value, (Literal(k),)))
                if isinstance(buffer, Name):
                    origin = self.builder.origin
                    add = Accumulate(buffer.id, (Literal(k),), part, False, origin)
                    self.builder.append(add)
                else:
                    self.add(item.id, part, is_exact=part in self.builder.exact)

    def add_to(self, atom: Atom, value: Atom, path: tuple[Any, ...] = ()) -> None:
        """Adds to the cotangent of an atom, if that is active."""
        if isinstance(atom, Name) and atom.id in self.active:
            self.add(atom.id, value, path)

    def take(self, name: str) -> dict[tuple[Any, ...], Atom]:
        """The cotangents of a name, by path; it has none any more."""
        places = [p for p in self.cotangents if p.name == name]
        for place in places:
            self.builder.keep(self.cotangents[place])
        return {p.path: self.cotangents.pop(p) for p in places}

    def read_back(self, buffer: str, index: Index | None) -> Atom:
        """The reverse of `buffer[index] += value`: what `value` finds in the buffer's cotangent."""
        cotangent = write_out(self.builder, self.cotangents[Place(buffer)], Place(buffer))
        if index is None:
            return cotangent
        return self.builder.emit(Subscript(cotangent, index))

    def named(self, value: Atom, name: str) -> Atom:
        """The value under the name of a cotangent, if it was made just now as a temporary."""
        last = self.builder.pop_temporary(value)
        if last is None:
            return value
        bar = self.builder.names.cotangent(name)
        self.builder.facts[bar] = self.builder.facts.pop(last.target)
        self.builder.append(replace(last, target=bar))
        return Name(bar)

    def new_stack(self) -> str:
        """A stack for saved values; the function makes it before anything else."""
        stack = self.builder.names.fresh("saved")
        self.stacks.append(stack)
        return stack

    def twin(self, stack: str) -> str:
        """The stack of the cotangents of what is on a stack."""
        if stack not in self.twins:
            self.twins[stack] = self.builder.names.fresh(f"{stack}_bar")
        return self.twins[stack]

    def is_seen(self, name: str) -> bool:
        """Whether a name is bound in no branch but those around."""
        branches = self.branches.get(name, ())
        return branches == self.inside[: len(branches)]

    @property
    def saves_branches(self) -> bool:
        return self.depth > 0 or self.in_pair

    def block(self, block: Block, buffers: bool = True) -> Block:
        """Emits the reverse of a block; gives the block as it is in the forward sweep."""
        if buffers:
            self.make_buffers(name for statement in block for name in binds(statement))
        forward: list[Block] = []
        for statement in reversed(block):
            origin = statement.origin
            self.builder.origin = None if origin is None else replace(origin, backward=True)
            made = self.statement(statement)
            forward.append(made)
        return tuple(s for made in reversed(forward) for s in made)

    def statement(self, statement: Statement) -> Block:
        from autodiff_sst.transform.reverse.assign import reverse_assign
        from autodiff_sst.transform.reverse.branch import reverse_if
        from autodiff_sst.transform.reverse.custom import reverse_custom
        from autodiff_sst.transform.reverse.effects import check_effect
        from autodiff_sst.transform.reverse.loop import reverse_for, reverse_while
        from autodiff_sst.transform.reverse.stacks import reverse_append, reverse_pop, reverse_push

        if isinstance(statement, Assign | Effect):
            check_effect(self, statement)
        match statement:
            case Assign():
                return reverse_assign(self, statement)
            case If():
                return reverse_if(self, statement)
            case For():
                return reverse_for(self, statement)
            case While():
                return reverse_while(self, statement)
            case Append(target, value):
                reverse_append(self, target, value)
            case Push():
                reverse_push(self, statement)
            case Pop():
                reverse_pop(self, statement)
            case Accumulate(target, index, value):
                known = Place(target) in self.cotangents
                if known and isinstance(value, Name) and value.id in self.active:
                    self.add(value.id, self.read_back(target, index))
            case CustomGrad():
                reverse_custom(self, statement)
            case Effect() | Raise():
                pass
            case _:
                raise AutodiffError(f"no reverse of {type(statement).__name__}", statement.origin)
        return (statement,)
