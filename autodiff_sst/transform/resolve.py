"""What is decided by type: the methods of arrays become the functions that they are.

    CORE, abstract values of the parameters → CORE      t = x.sum             y = np.sum(x, axis=0)
                                                        y = t(axis=0)
                                                        s = iadd(s, y)        s = s + y

So one rule serves operator, function and method. One round of it (rounds.py): the type of
what a method returns may decide more in the next.

Leaves  methods of objects of which nothing is known; their names, to dead_code.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import BuiltinFunctionType

import numpy as np

from autodiff_sst.analysis.facts import taken_branch
from autodiff_sst.analysis.infer import infer
from autodiff_sst.analysis.kinds import is_real
from autodiff_sst.analysis.values import (
    Abstract,
    Array,
    Dict,
    Known,
    List,
    Opaque,
    Record,
    Scalar,
    Tuple,
    Unknown,
    can_be_active,
)
from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import (
    Assign,
    Atom,
    Attribute,
    Binary,
    Block,
    Call,
    Effect,
    Expression,
    For,
    Function,
    If,
    Literal,
    Name,
    Object,
    Statement,
    Store,
    Subscript,
    TupleOf,
    Unary,
)
from autodiff_sst.core.walk import (
    all_names,
    atoms,
    map_atoms,
    rebuild,
    rename,
    statements,
    substitute,
)
from autodiff_sst.frontend.calls import original
from autodiff_sst.frontend.nested import Inner, is_derivative
from autodiff_sst.rules.helpers import FLOAT, NUMBER, numpy_object
from autodiff_sst.rules.registry import METHODS, OPERATORS, SPREAD
from autodiff_sst.runtime.methods import item_of
from autodiff_sst.runtime.sequences import as_sequence
from autodiff_sst.transform.attributes import by_name
from autodiff_sst.transform.copying import is_copy
from autodiff_sst.transform.displays import Joined
from autodiff_sst.transform.expand import Expansion
from autodiff_sst.transform.indices import with_parts_of_index
from autodiff_sst.transform.keywords import plainer
from autodiff_sst.transform.known_dicts import KnownDicts
from autodiff_sst.transform.list_methods import ListMethods
from autodiff_sst.transform.sites import items_of_tuple
from autodiff_sst.transform.table_methods import TableMethods
from autodiff_sst.transform.tables import growing_dicts
from autodiff_sst.transform.unroll import gathers_views, is_uniform, is_unrolled, unroll
from autodiff_sst.transform.updates import Updates, is_update
from autodiff_sst.transform.writes import written_in_place

DerivativeOf = Callable[[Call, Callable[[Atom], Abstract]], "tuple[Function, list[Atom]] | None"]


def known_callee(called: Abstract) -> Object | None:
    """What is called under a variable's name, if it is a function without Python source."""
    function = called.value if isinstance(called, Known) else None
    name = getattr(function, "__name__", "")
    if name and getattr(np, name, None) is function:
        return numpy_object(function)
    plain = isinstance(function, np.ufunc | BuiltinFunctionType | type)
    return Object(function, name, function) if plain else None


class Resolving:
    def __init__(
        self,
        facts: Mapping[str, Abstract],
        names: Names,
        function: Function,
        last: bool,
        derivative_of: DerivativeOf,
    ) -> None:
        body = function.body
        self.derivative_of = derivative_of
        self.facts, self.body = facts, body
        self.names = names
        self.methods: dict[str, tuple[Atom, str]] = {}
        self.attributes: dict[str, tuple[Atom, str]] = {}
        self.changed = False
        self.waits = False
        self.last = last  # nothing that is left will be known
        self.updates = Updates(function, facts, names, last)
        self.dicts = KnownDicts(body, facts, names)
        self.joined = Joined(facts, names)
        self.grows = growing_dicts(body, facts)
        every = [*statements(body)]
        self.made = {s.target: s.value for s in every if isinstance(s, Assign)}
        self.tuples = {n: t for n, v in self.made.items() if (t := items_of_tuple(v)) is not None}
        stored = {s.target for s in every if isinstance(s, Store)}
        self.stores = any(isinstance(facts.get(n), Record | Dict | Tuple) for n in stored)
        self.tables = TableMethods(body, facts, names)
        self.lists = ListMethods(body, facts, names)

    def block(self, block: Block) -> Block:
        return tuple(made for statement in block for made in self.statement(statement))

    def statement(self, statement: Statement) -> Block:
        match statement:
            case Assign(target, Subscript() | Attribute()) if (
                grown := self.lists.grown_at(target)
            ) is not None:
                self.changed = True
                return (replace(statement, value=Name(grown)),)
            case Assign(_, Call() | Binary()) | Effect(Call()) if (
                made := self.tables.resolved(statement, self.attributes)
            ) is not None:
                self.changed = True
                return made
            case Assign(target, Subscript(Name(base), (Literal(int(k)),))) if (
                held := self.tuples.get(original(Name(base), self.made).id)
            ) is not None and -len(held) <= k < len(held):
                self.changed = True
                return self.statement(Assign(target, [*held.values()][k], statement.origin))
            case Assign(target, Attribute(Name(base), name)) if (
                held := self.tuples.get(original(Name(base), self.made).id)
            ) is not None and name in held:
                self.changed = True
                return self.statement(Assign(target, held[name], statement.origin))
            case Assign(_, Subscript()) | Store() if (
                made := with_parts_of_index(statement, self.facts, self.names)
            ) is not None:
                self.changed = True
                return made
            case Assign(_, Subscript(base_of, (Name() as key,))) if (
                constant := self.constant_key(base_of, key)
            ) is not None:
                self.changed = True
                return (replace(statement, value=Subscript(base_of, (constant,))),)
            case Store(base, (Name() as key,)) if (
                constant := self.constant_key(Name(base), key)
            ) is not None:
                self.changed = True
                return (replace(statement, index=(constant,)),)
            case Assign(_, Attribute(base_of, "mT")) if self.is_array(
                infer(base_of, self.facts, "")
            ):
                self.changed = True
                turned = Call(numpy_object(np.swapaxes), (base_of, Literal(-1), Literal(-2)))
                return (replace(statement, value=turned),)
            case Assign(target, Attribute(base_of, name)):
                self.attributes[target] = (base_of, name)
                if name in METHODS and self.is_array(infer(base_of, self.facts, "")):
                    self.methods[target] = (base_of, name)
                return (statement,)
            case Assign(target, Name(same)) if same in self.methods:
                self.methods[target] = self.methods[same]
                return (statement,)
            case Assign(_, Call(Name(method), args, keywords)) | Effect(
                Call(Name(method), args, keywords)
            ) if method in self.methods:
                self.changed = True
                base_atom, name = self.methods[method]
                before: Block = ()
                if name in SPREAD and len(args) > 1:  # x.reshape(2, 3)
                    shape = self.names.temporary()
                    before = (Assign(shape, TupleOf(args), statement.origin),)
                    args = (Name(shape),)
                function = item_of if name == "item" and args else METHODS[name]
                if function is np.conj and is_real(infer(base_atom, self.facts, "")):
                    function = np.asarray  # the array itself
                called = FLOAT if function is float else numpy_object(function)
                call = Call(called, (base_atom, *args), keywords)
                return (*before, replace(statement, value=call))
            case Assign(_, Call(Name() as own) as call) | Effect(Call(Name() as own) as call) if (
                known := known_callee(infer(own, self.facts, ""))
            ) is not None and not self.lists.is_open(own):
                self.changed = True
                call = Call(known, call.args, call.keywords)
                return (replace(statement, value=call),)
            case Assign(_, Call(Object(function))) if (
                isinstance(function, Inner) or is_derivative(function)
            ) and (spliced := self.spliced(statement)) is not None:
                return spliced
            case Assign(_, Call()) if (by := by_name(statement, self.facts, self.body)) is not None:
                self.changed = True
                return (by,)
            case Assign(_, Call(Name())) | Effect(Call(Name())) if (
                made := self.dicts.without_key(statement, self.attributes)
            ) is not None:
                self.changed = True
                return made
            case Assign(_, Call() as call) if self.has_more_keys(call):
                return (statement,)
            case Assign(_, Call() as call) if self.tables.waits(call, self.attributes):
                return (statement,)
            case Assign(_, Call() | Binary()) if (
                made := plainer(statement, self.facts, self.names)
            ) is not None:
                self.changed = True
                return made
            case Assign(_, Call(Object(called))) if is_copy(called) and self.stores:
                return (statement,)  # what is copied is not known before
            case Assign(_, Call() | Binary("|")) if (
                made := Expansion(statement, self.facts, self.names, self.attributes).expand()
            ) is not None:
                self.changed = True
                return made
            case Assign(_, Call(Object(function), args)) if function is as_sequence:
                fact = infer(args[0], self.facts, "")
                if not isinstance(fact, Array | Tuple | List | Unknown):
                    return (statement,)
                self.changed = True
                if isinstance(fact, Tuple) and can_be_active(fact) and is_uniform(fact):
                    return self.joined.listed(statement, args[0], len(fact.items))
                return (replace(statement, value=args[0]),)
            case Assign(_, Call(called, (atom,))) if called == NUMBER and isinstance(
                infer(atom, self.facts, ""), Scalar | Array
            ):
                self.changed = True  # what was not known at first
                return (replace(statement, value=atom),)
            case Assign(_, Binary("+" | "*", _, _) | Call(Object(), (_,)) | Subscript()) if (
                items := self.joined.display(statement.value)
            ) is not None:
                self.changed = True
                return self.joined.taken_apart(statement, *items)
            case Assign(_, Call()) if (made := self.dicts.known(statement)) is not None:
                self.changed = True
                return made
            case Effect(Call(_, given)) if (
                not any(map(self.grows, given))
                and (made := self.dicts.updated(statement, self.attributes)) is not None
            ):
                self.changed = True
                return made
            case If(test, then, orelse, merges) if (
                taken := taken_branch(infer(test, self.facts, ""))
            ) is not None and not self.lists.is_open(test):
                self.changed = True
                copies = (Assign(m.name, m.values[taken], statement.origin) for m in merges)
                return (*self.block((then, orelse)[taken]), *copies)
            case For() if not self.lists.is_open_loop(statement) and (
                is_unrolled(statement, self.facts)
                or gathers_views(statement, self.facts, self.body)
            ):
                self.changed = True
                return unroll(statement, self.facts, self.names)
            case Assign(_, Binary() | Unary() | Call(Object())) if unknown := self.unknown_numbers(
                statement.value
            ):
                if not self.last:
                    self.waits = True
                    return (statement,)
                self.changed = True
                names = {a: Name(self.names.temporary()) for a in unknown}
                checks = (
                    Assign(name.id, Call(NUMBER, (a,)), statement.origin)
                    for a, name in names.items()
                )
                value = map_atoms(statement.value, lambda a: names.get(a, a))
                return (*checks, replace(statement, value=value))
            case Effect() | Assign() if (
                made := written_in_place(statement, self.facts, self.names, self.attributes)
            ) is not None:
                self.changed = True
                return made
            case Effect() | Assign() if is_update(statement):
                updated = self.updates.resolved(statement)
                self.waits |= self.updates.waits
                if updated is None:
                    return (statement,)
                self.changed = True
                return updated
            case _:
                return (rebuild(statement, lambda atom: atom, self.block),)

    def constant_key(self, base: Atom, key: Name) -> Literal | None:
        """The key of an item of a dict, where it is known."""
        known = self.facts.get(key.id)
        if not isinstance(known, Known) or not isinstance(known.value, int | str):
            return None
        return Literal(known.value) if isinstance(infer(base, self.facts, ""), Dict) else None

    def has_more_keys(self, call: Call) -> bool:
        """Whether a call is given a dict that will have more keys, or is a method of one."""
        method = call.function.id if isinstance(call.function, Name) else ""
        given = (*self.attributes.get(method, ())[:1], *call.args, *(a for _, a in call.keywords))
        return any(map(self.grows, given))

    def unknown_numbers(self, value: Expression) -> list[Atom]:
        """The operands of arithmetic of which nothing is known, beside what may be active."""
        match value:
            case Binary(op) if op in OPERATORS:
                pass
            case Call(Object(function)) if isinstance(function, np.ufunc):
                pass
            case Unary("-" | "+"):
                pass
            case _:
                return []
        known = {a: infer(a, self.facts, "") for a in atoms(value)}
        unknown = [a for a, fact in known.items() if isinstance(fact, Opaque)]
        return unknown if any(map(can_be_active, known.values())) else []

    def spliced(self, statement: Assign) -> Block | None:
        """A call of a derivative, replaced by the derivative."""
        call = statement.value
        assert isinstance(call, Call)
        given = [*call.args, *(a for _, a in call.keywords)]
        if any(isinstance(infer(a, self.facts, ""), Opaque) for a in given) and not self.last:
            self.waits = True
            return None
        found = self.derivative_of(call, lambda a: infer(a, self.facts, ""))
        if found is None:
            return None
        self.changed = True
        core, atoms_given = found
        fresh = {n: self.names.fresh(n) for n in sorted(all_names(core))}
        renamed = rename(core, fresh)
        binding = dict(zip((fresh[p] for p in core.parameters), atoms_given, strict=True))
        body = substitute(renamed.body, binding)
        result = renamed.result
        if isinstance(result, Name):
            result = binding.get(result.id, result)
        return (*body, replace(statement, value=result))

    def is_array(self, fact: Abstract) -> bool:
        return isinstance(fact, Array | Unknown) or getattr(fact, "dtype", None) is not None
