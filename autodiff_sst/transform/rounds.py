"""The rounds in which a program becomes one of plain values: each decides what the last has told.

    CORE, abstract values of the parameters → CORE

resolve.py decides by type; fields.py, columns.py and tables.py make variables and lists of
containers; storage.py makes values of what is changed in place. Repeated until nothing changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from autodiff_sst.analysis.facts import find_facts
from autodiff_sst.analysis.values import Abstract, keys_of
from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import Function
from autodiff_sst.core.walk import all_names
from autodiff_sst.errors import AutodiffError
from autodiff_sst.frontend.hints import MoreHintsError
from autodiff_sst.optimize.dead_code import remove_dead_code
from autodiff_sst.transform.alike import make_alike
from autodiff_sst.transform.alike_parts import gather_alike
from autodiff_sst.transform.columns import split_columns
from autodiff_sst.transform.displays import gather_displays
from autodiff_sst.transform.fields import name_fields
from autodiff_sst.transform.hints import wanted_hints
from autodiff_sst.transform.optional import split_none
from autodiff_sst.transform.resolve import DerivativeOf, Resolving
from autodiff_sst.transform.stale import check_views
from autodiff_sst.transform.storage import functionalize
from autodiff_sst.transform.tables import mark_tables


def resolve(
    function: Function,
    parameters: Mapping[str, Abstract],
    inlines: Callable[[Any], bool] = lambda function: False,
    derivative_of: DerivativeOf = lambda call, fact: None,
) -> Function:
    """The function with what types decide decided.

    Args:
        inlines: whether the body of a function takes the place of its calls.
        derivative_of: the core of a derivative that is called, and the atoms for its parameters.

    Raises:
        MoreHintsError: calls turn out to be of functions that `inlines` takes.
    """
    function = gather_displays(function)
    rounds = _Rounds(parameters, inlines, derivative_of)
    try:
        return rounds.run(function)
    except (AutodiffError, _DashedError):
        if not rounds.assumed:
            raise
    rounds.assumed = None
    return rounds.run(function)


def _kind(known: Abstract | None) -> tuple[Any, ...]:
    """What was assumed of a name: which class, and which keys."""
    return type(known), getattr(known, "cls", None), keys_of(known) if known else None


class _DashedError(Exception):
    """What was assumed turned out not to be so."""


class _Rounds:
    """What is decided in a round may tell more in the next.

    At first it is assumed that what a loop makes of an object is such an object again, for what it
    makes can be told only when it is known what it makes it of. In the end it is seen.
    """

    def __init__(
        self,
        parameters: Mapping[str, Abstract],
        inlines: Callable[[Any], bool],
        derivative_of: DerivativeOf,
    ) -> None:
        self.parameters, self.inlines = parameters, inlines
        self.derivative_of = derivative_of
        self.assumed: set[str] | None = set()

    def run(self, function: Function) -> Function:
        last = False
        while True:
            if self.assumed is not None:
                self.assumed.clear()
            facts = find_facts(function, self.parameters, self.assumed)
            if more := wanted_hints(function, facts, self.inlines):
                raise MoreHintsError(more)
            check_views(function, facts)
            simpler = make_alike(function, facts, changed=True)
            if simpler is not function:
                function = simpler
                continue
            names = Names(all_names(function))
            resolving = Resolving(facts, names, function, last, self.derivative_of)
            settled = resolving.lists.settled(function.body, False)
            body = resolving.block(function.body) if settled is None else ()
            if settled is None and not resolving.changed:
                settled = resolving.lists.settled(function.body, True)
            if settled is not None:
                function, last = gather_displays(replace(function, body=settled)), False
                continue
            if not resolving.changed:
                plain = remove_dead_code(function)
                simpler = name_fields(plain)
                for simplify in (split_columns, mark_tables):
                    simpler = simplify(plain, facts) if simpler is plain else simpler
                if simpler is not plain:
                    function = split_none(simpler)  # of what was an attribute, it may be None
                    continue
                simpler = make_alike(function, facts)
                if simpler is function:
                    simpler = gather_alike(function, facts)
                if simpler is not function:
                    function = simpler
                    continue
            if not resolving.changed and self.assumed:
                seen = find_facts(function, self.parameters)
                if any(_kind(seen.get(n)) != _kind(facts.get(n)) for n in self.assumed):
                    raise _DashedError
            if not resolving.changed and not resolving.waits:
                values = functionalize(function, self.parameters)
                if values is function:
                    return function
                function, last = values, False
                continue
            last = not resolving.changed
            function = gather_displays(replace(function, body=body))
