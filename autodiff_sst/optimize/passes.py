"""The passes of the optimizer, in their order.

Each takes core and gives core. `algebra` comes again, for what turned out to be equal, and
`dead_code`, so that what nobody needs does not count as read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from autodiff_sst.analysis.facts import find_facts
from autodiff_sst.analysis.values import Abstract
from autodiff_sst.core.syntax import Function
from autodiff_sst.optimize.algebra import simplify_algebra
from autodiff_sst.optimize.common_subexpressions import share_common_subexpressions
from autodiff_sst.optimize.copies import drop_copies, propagate_copies
from autodiff_sst.optimize.dead_code import remove_dead_code
from autodiff_sst.optimize.factors import move_factors
from autodiff_sst.optimize.hoist import has_loops, hoist
from autodiff_sst.optimize.pushes import save_less
from autodiff_sst.optimize.replaced import has_zeros, replace_parts
from autodiff_sst.optimize.units import has_units, multiply_units
from autodiff_sst.optimize.wide import gather_scales

Facts = Mapping[str, Abstract]
Watch = Callable[[str, Function], None]


# Called after every pass, by its name: tests put the validator here.
watchers: list[Watch] = []


def tell(name: str, function: Function) -> None:
    for watcher in watchers:
        watcher(name, function)


def _gathered(function: Function, facts: Facts) -> Function:
    gathered = gather_scales(function, find_facts(function, facts))
    if gathered is function:
        return function
    return remove_dead_code(share_common_subexpressions(gathered))


Pass = Callable[[Function, Facts], Function]

OPTIMIZE: list[tuple[str, Pass]] = [
    ("copies", lambda f, facts: propagate_copies(f)),
    ("algebra", lambda f, facts: simplify_algebra(f, find_facts(f, facts))),
    ("copies", lambda f, facts: propagate_copies(f)),
    ("common_subexpressions", lambda f, facts: share_common_subexpressions(f)),
    ("algebra", lambda f, facts: simplify_algebra(f, find_facts(f, facts))),
    ("dead_code", lambda f, facts: remove_dead_code(f)),
    ("factors", lambda f, facts: move_factors(f, find_facts(f, facts))),
    ("units", lambda f, facts: multiply_units(f, find_facts(f, facts)) if has_units(f) else f),
    ("algebra", lambda f, facts: simplify_algebra(f, find_facts(f, facts))),
    ("copies", lambda f, facts: propagate_copies(f)),
    ("hoist", lambda f, facts: hoist(f, find_facts(f, facts)) if has_loops(f) else f),
    ("pushes", lambda f, facts: save_less(f)),
    ("common_subexpressions", lambda f, facts: share_common_subexpressions(f)),
    ("dead_code", lambda f, facts: remove_dead_code(f)),
    ("wide", _gathered),
    ("replaced", lambda f, facts: replace_parts(f, find_facts(f, facts)) if has_zeros(f) else f),
    ("drop_copies", lambda f, facts: drop_copies(f, lambda: find_facts(f, facts))),
]


def optimize(function: Function, facts: Facts, watch: Watch = tell) -> Function:
    for name, change in OPTIMIZE:
        function = change(function, facts)
        watch(name, function)
    return function
