"""Lowers what Python says shortly: comprehensions, appends, assertions, f-strings."""

from __future__ import annotations

import functools
import importlib
import operator
import sys
from types import ModuleType
from typing import Any

import gast

from autodiff_sst.core.syntax import (
    Append,
    Assign,
    Atom,
    Attribute,
    Binary,
    Call,
    Expression,
    Index,
    ListOf,
    Literal,
    Name,
    Object,
    Raise,
    Store,
    Unary,
)
from autodiff_sst.errors import UnsupportedSyntaxError
from autodiff_sst.frontend.attributes import by_name
from autodiff_sst.frontend.calls import LIST, Arguments, Static, constant_atom, original, spread
from autodiff_sst.frontend.dicts import dict_from, lists_of
from autodiff_sst.frontend.exits import Appending, assigned
from autodiff_sst.frontend.generators import collected, dict_of_pairs
from autodiff_sst.frontend.inline import Inlining
from autodiff_sst.frontend.iterators import Loops
from autodiff_sst.frontend.lists import list_method
from autodiff_sst.runtime.records import is_function


def _is(called: Any, function: Any) -> bool:
    return isinstance(called, Object) and called.value is function


def is_fixed(value: Any) -> bool:
    """Whether an imported thing stays as it is."""
    plain = value is None or isinstance(value, int | float | str | ModuleType)
    return plain or is_function(value)


class Sugar(Inlining):
    def list_made_here(self, name: str) -> str | None:
        """The name under which a variable's list was made, if it was made in this function."""
        atom = original(self.values.get(name), self.shared.made)
        is_list = isinstance(atom, Name) and isinstance(self.shared.made.get(atom.id), ListOf)
        return atom.id if is_list else None

    def call(self, node: Any) -> Any:
        node = collected(self, node)
        if not isinstance(node, gast.Call):
            return self.value(node)
        made = dict_of_pairs(self, node)
        if made is not node:
            return self.value(made)
        made = list_method(self, node)
        return super().call(node) if made is None else made

    def plain_call(self, called: Any, given: Arguments, node: Any) -> Expression:
        made = by_name(self, called, given, node)
        if _is(called, operator.neg) and len(given.positional) == 1:
            made = self.special("neg", Unary("-", given.positional[0]), node)
        return super().plain_call(called, given, node) if made is None else made

    def extend(self, target: str, items: Any, node: Any) -> None:
        """`items += [a, b]`, `items.extend(other)`: they append."""
        if isinstance(items, gast.List | gast.Tuple) and not any(
            isinstance(e, gast.Starred) for e in items.elts
        ):
            atoms = [self.atom(e) for e in items.elts]  # all of them, before the first is there
            origin = self.source.origin(node)
            self.block += [Append(target, atom, origin) for atom in atoms]
            return
        loops = Loops(self, node)
        item, copied = loops.fresh(), loops.fresh()
        self.values[copied] = self.emit(Call(LIST, (self.atom(items),)), node)
        body = [loops.at(Appending(target, loops.name(item)))]
        self.all([loops.loop(item, loops.name(copied), body)])

    def append(self, target: str, item: Any) -> None:
        self.block.append(Append(target, self.atom(item), self.source.origin(item)))

    def comprehension(self, node: Any, variable: str | None = None) -> Atom:
        """A list comprehension, or a generator that is gone through at once, as a loop; of the
        items of a tuple that is made here, as a list of as many."""
        display = self.of_known_items(node)
        if display is not None:
            return display
        made = Name(self.names.fresh("items") if variable is None else self.version(variable))
        self.block.append(Assign(made.id, ListOf(()), self.source.origin(node)))
        self.shared.made[made.id] = ListOf(())
        inside: Any = Appending(made.id, node.elt)
        for generator in reversed(node.generators):
            body = [inside]
            for test in reversed(generator.ifs):
                branch = gast.If(test=test, body=body, orelse=[])
                body = [gast.copy_location(branch, test)]
            loop = gast.For(
                target=generator.target, iter=generator.iter, body=body, orelse=[],
                type_comment=None,
            )  # fmt: skip
            inside = gast.copy_location(loop, node)
        leaks = {n.target.id for n in gast.walk(inside) if isinstance(n, gast.NamedExpr)}
        own = [name for name in assigned(inside) if name not in leaks]
        before = {name: self.values.get(name) for name in own}
        self.all([inside])
        for name, value in before.items():  # its variables are its own
            self.values.pop(name, None)
            if value is not None:
                self.values[name] = value
        return made

    def of_lists(self, node: Any) -> Expression:
        """A comprehension of a dict or a set."""
        if isinstance(node, gast.SetComp):
            made = gast.ListComp(elt=node.elt, generators=node.generators)
            items = self.comprehension(gast.copy_location(made, node))
            return Call(Object(set, "set", set), (items,))
        name = self.names.fresh("made")
        self.all(lists_of(node, name))
        return dict_from(name, self.values)

    def place(self, target: Any) -> tuple[Atom, Index]:
        """The object and the index that are assigned to; an attribute by its name."""
        base = self.atom(target.value)
        if isinstance(target, gast.Attribute):
            return base, (Literal(target.attr),)
        return base, self.index(target.slice)

    def store(self, base: Atom, index: Index, value: Any, node: Any) -> None:
        if isinstance(value, Static):
            value = self.held_function(value, node)
        if not isinstance(base, Name):
            words = "an assignment to an item of this is not supported"
            raise UnsupportedSyntaxError(words, self.source.origin(node), instead="an array.")
        if isinstance(node, gast.Subscript):
            self.store_item(base, index, value, node)
            return
        self.block.append(Store(base.id, index, value, self.source.origin(node)))

    def update_item(self, target: Any, name: str, node: Any) -> None:
        """`x[i] += v`: the item, with what is added, is stored where it was."""
        base, index = self.place(target)
        is_attribute = isinstance(target, gast.Attribute)
        read = Attribute(base, target.attr) if is_attribute else self.item(base, index, node)
        old = self.emit(read, node)
        update = Object(getattr(operator, name), f"operator.{name}", operator)
        new = self.emit(Call(update, (old, self.atom(node.value))), node)
        self.store(base, index, new, target)

    def decorated(self, node: Any) -> Any:
        """A function that is defined here, as its decorators leave it."""
        made: Any = self.closure(node)
        for decorator in reversed(node.decorator_list):
            match decorator:
                case gast.Call(func=function) if _is(self.callee(function), functools.wraps):
                    continue  # it changes the name and the words
            made = self.call_value(self.value(decorator), Arguments([made], {}), decorator)
        return made

    def imported(self, node: Any) -> None:
        """An `import` in the function: done now, as it would be by the first call."""
        package = self.source.function.__globals__.get("__package__")
        for alias in node.names:
            if isinstance(node, gast.Import):
                module: Any = importlib.import_module(alias.name)
                if alias.asname is None:
                    module = sys.modules[alias.name.partition(".")[0]]
                name = alias.asname or alias.name.partition(".")[0]
            else:
                dots = "." * (node.level or 0)
                origin = importlib.import_module(dots + (node.module or ""), package)
                module = getattr(origin, alias.name)
                name = alias.asname or alias.name
            if not is_fixed(module):
                raise self.bad(node, name)
            is_module = isinstance(module, ModuleType)
            self.values[name] = Object(module, name, module) if is_module else constant_atom(module)

    def bad(self, node: Any, name: str) -> UnsupportedSyntaxError:
        words = f"`{name}` is imported in the function, and is no function or module"
        return UnsupportedSyntaxError(words, self.source.origin(node), instead="import it above.")

    def of_known_items(self, node: Any) -> Atom | None:
        match node.generators:
            case [gast.comprehension(target=target, iter=gast.Name() as iterated, ifs=[])]:
                items = spread(self.value(iterated), self)
            case _:
                return None
        if items is None or len(items) > 64:
            return None
        own = assigned(target)
        before = {name: self.values.get(name) for name in own}
        parts = []
        for item in items:
            self.assign_to(target, item)
            parts.append(self.atom(node.elt))
        for name, value in before.items():  # its variables are its own
            self.values.pop(name, None)
            if value is not None:
                self.values[name] = value
        return self.emit(ListOf(tuple(parts)), node)

    def assertion(self, node: Any, test: Any, message: Any) -> None:
        origin = self.source.origin(node)

        def fail() -> None:
            args = () if message is None else (self.atom(message),)
            error = Object(AssertionError, "AssertionError", AssertionError)
            self.block.append(Raise(self.emit(Call(error, args), node), origin))

        self.branch(self.atom(test), lambda: None, fail, node)

    def formatted(self, node: Any) -> Expression:
        """An f-string: its parts by `format`, joined."""
        parts: list[Atom] = []
        for part in node.values:
            if isinstance(part, gast.Constant):
                parts.append(Literal(part.value))
                continue
            atom = self.atom(part.value)
            for code, function in ((115, str), (114, repr), (97, ascii)):
                if part.conversion == code:
                    called = Object(function, function.__name__, function)
                    atom = self.emit(Call(called, (atom,)), part.value)
            spec = () if part.format_spec is None else (self.atom(part.format_spec),)
            called = Object(format, "format", format)
            parts.append(self.emit(Call(called, (atom, *spec)), part.value))
        if not parts:
            return Literal("")
        whole = parts[0]
        for part in parts[1:]:
            whole = self.emit(Binary("+", whole, part), node)
        return whole
