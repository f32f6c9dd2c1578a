"""From a function and a request to a derivative: the order of the passes, read from top to bottom.

function + abstract values of its arguments → CORE → text → a Python function
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import FunctionType
from typing import Any
from weakref import WeakKeyDictionary

from autodiff_sst.analysis.access import fact
from autodiff_sst.analysis.facts import find_facts
from autodiff_sst.analysis.sources import naming_arguments, naming_parameters
from autodiff_sst.analysis.values import INT, Abstract, Array, rank
from autodiff_sst.binding import Extra
from autodiff_sst.core.syntax import Atom, Call, Effect, Function, Object
from autodiff_sst.core.text import show
from autodiff_sst.core.walk import statements
from autodiff_sst.emit.in_place import store_updates
from autodiff_sst.emit.load import Loaded, load
from autodiff_sst.errors import UnsupportedSyntaxError
from autodiff_sst.frontend.fence import fence
from autodiff_sst.frontend.hints import Hints, MoreHintsError, give_up, joined
from autodiff_sst.frontend.lower import Lowered, lower
from autodiff_sst.frontend.nested import Inner, Step
from autodiff_sst.frontend.source import read_source
from autodiff_sst.optimize.common_subexpressions import share_common_subexpressions
from autodiff_sst.optimize.copies import drop_copies, propagate_copies
from autodiff_sst.optimize.dead_code import remove_dead_code
from autodiff_sst.optimize.passes import Watch, optimize, tell
from autodiff_sst.optimize.stored import read_from_source
from autodiff_sst.optimize.sums import has_lists, sum_without_lists
from autodiff_sst.rules.all import RULES
from autodiff_sst.rules.helpers import WRITE_BACK
from autodiff_sst.rules.registry import find, has_rule, is_nondifferentiable, load_pending
from autodiff_sst.runtime.sequences import as_sequence
from autodiff_sst.transform.forward.program import forward
from autodiff_sst.transform.growing import copy_growing_lists
from autodiff_sst.transform.iterated import check_iterated
from autodiff_sst.transform.jacobian import Wanted, jacobian_program
from autodiff_sst.transform.optional import split_none
from autodiff_sst.transform.reverse.custom import without_custom
from autodiff_sst.transform.reverse.pair import cut
from autodiff_sst.transform.reverse.program import Request, reverse, reverse_in_parts
from autodiff_sst.transform.rounds import resolve

assert RULES  # importing them registers them
Facts = Mapping[str, Abstract]


@dataclass(frozen=True)
class Derived:
    """A derivative for one signature: its core, from which more derivatives are taken."""

    core: Function
    loaded: Loaded

    @cached_property
    def changes_arguments(self) -> bool:
        return changes_arguments(self.core)


_lowered: WeakKeyDictionary[Any, dict[tuple[Extra, bool], Lowered]] = WeakKeyDictionary()
_hints: WeakKeyDictionary[Any, Hints] = WeakKeyDictionary()


def lower_function(function: Any, extra: Extra, for_tangents: bool = False) -> Lowered:
    """The core of a function, lowered once with the hints that there are.

    Args:
        for_tangents: whether calls of functions with a tangent rule stay calls.
    """
    if not isinstance(function, FunctionType):
        return _lower(function, extra, for_tangents)  # raises: it has no source
    known = _lowered.setdefault(function, {})
    if (extra, for_tangents) not in known:
        known[extra, for_tangents] = _lower(function, extra, for_tangents)
    return known[extra, for_tangents]


def learn(function: Any, more: MoreHintsError) -> None:
    """Lowers a function anew, with what its arguments have told."""
    old = _hints.get(function, {})
    again = [(s, h) for s, hints in more.hints.items() for h in hints if h in old.get(s, ())]
    for site, hint in again:  # to no avail
        give_up(site, hint.function)
    _hints[function] = joined(old, more.hints)
    _lowered.pop(function, None)


def inlines(function: Any) -> bool:
    """Whether calls of a Python function are replaced by its body: it has no rule of its own."""
    module = (getattr(function, "__module__", None) or "").partition(".")[0]
    stays = module in _STAY or function is as_sequence
    return not (stays or find(function) or is_nondifferentiable(function))


def inlines_forward(function: Any) -> bool:
    return inlines(function) and not has_rule(function)


# Calls of functions in these modules stay calls: nothing in them computes with numbers.
_STAY = {
    *("numpy", "scipy", "dataclasses", "copy", "functools", "logging", "warnings", "contextlib"),
    *("random", "typing", "inspect", "os", "io", "threading", "abc", "collections", "enum", "re"),
    *("json", "pickle", "traceback", "time", "pathlib", "tempfile", "subprocess", "weakref"),
}


def _lower(function: Any, extra: Extra, for_tangents: bool) -> Lowered:
    load_pending()
    source = read_source(function)
    fence(source)
    chosen = inlines_forward if for_tangents else inlines
    lowered = lower(source, chosen, _hints.get(function), extra.positional, extra.named)
    tell("lower", lowered.function)
    # Variables that nobody reads again need no merges and no carries. Copies stay: `resolve` asks
    # which names share an object.
    return Lowered(remove_dead_code(lowered.function), lowered.captured)


def inner_derivative(
    call: Call, fact_of: Callable[[Atom], Abstract]
) -> tuple[Function, list[Atom]] | None:
    """The core of a derivative that a program calls, and the atoms for its parameters."""
    called = call.function.value if isinstance(call.function, Object) else None
    if isinstance(called, Inner):
        core = called.function
        given = dict(zip(core.parameters, call.args, strict=False))
        facts = {name: fact_of(atom) for name, atom in given.items()}
        with naming_arguments(given):
            for step, by in zip(called.steps, called.by, strict=True):
                core = _stepped(core, facts, step, by)
        return core, [*call.args]
    made: tuple[Function, list[Atom]] | None = called.core_of_call(call, fact_of)  # type: ignore[union-attr]
    return made


def _stepped(core: Function, facts: Facts, step: Step, by: tuple[str, ...]) -> Function:
    """The core of a transform of a core function."""
    none: frozenset[str] = frozenset()
    match step.kind:
        case "jacobian" | "batch_jacobian":
            scalars = all(rank(facts[name]) == 0 for name in by)
            mode = ("forward" if scalars else "reverse") if step.mode == "auto" else step.mode
            wanted = Wanted(by, step.as_tuple, mode, step.kind == "batch_jacobian")
            return derive_jacobian(core, facts, wanted, none).core
        case "hessian" if step.as_tuple:
            words = "`ad.hessian` by several arguments of a function that is defined here"
            raise UnsupportedSyntaxError(f"{words} is not supported yet", core.origin)
        case "hessian":
            gradient = reverse_core(core, facts, Request(by, f"grad_{core.name}"), tell)
            return derive_jacobian(gradient, facts, Wanted(by, False, "forward"), none).core
        case "hvp":
            return derive_hvp(core, facts, by[0], none).core
        case "jvp":
            return derive_jvp(core, facts, by, none).core
        case "pullback":
            return derive_pullback(core, facts, by)
    value = step.kind == "value_and_grad"
    request = Request(by, step.kind, value, as_tuple=step.as_tuple, has_aux=step.has_aux)
    return reverse_core(core, facts, request, tell)


def resolved(core: Function, facts: Facts) -> Function:
    """The program as it is differentiated: decided by type, nothing changed in place."""
    check_iterated(core)
    with naming_parameters(core):
        core = propagate_copies(resolve(split_none(core), facts, inlines, inner_derivative))
    if has_lists(core):
        core = remove_dead_code(core)  # of what held a list, and nobody reads any more
        core = copy_growing_lists(sum_without_lists(core, find_facts(core, facts)))
    # Parts whose bounds are one expression are as long as each other.
    core = share_common_subexpressions(core)
    read = read_from_source(core, lambda: find_facts(core, facts))
    return remove_dead_code(core if read is core else propagate_copies(read))


def reverse_core(core: Function, facts: Facts, request: Request, watch: Watch) -> Function:
    """The optimised reverse of a core function; `facts` of its parameters."""
    watch("lower", core)
    core = resolved(core, facts)
    watch("resolve", core)
    known = find_facts(core, facts)
    with naming_parameters(core):
        derived = reverse(core, known, request)
    watch("reverse", derived)
    seeds = {p: fact(core.result, known) for p in derived.parameters if p not in facts}
    return optimize(derived, {**facts, **seeds}, watch)


def derive(
    core: Function,
    facts: Facts,
    request: Request,
    users: frozenset[str],
    watch: Watch = tell,
) -> Derived:
    derived = reverse_core(core, facts, request, watch)
    return Derived(derived, loaded(derived, facts, users))


def loaded_core(function: Function) -> Loaded:
    """A core function as it runs, of whose parameters nothing is said."""
    final = store_updates(without_custom(function), {})
    return load([final], frozenset(function.parameters))


def loaded(function: Function, facts: Facts, users: frozenset[str]) -> Loaded:
    """A derivative as it runs."""
    final = without_custom(function)
    if final is not function:
        final = drop_copies(remove_dead_code(propagate_copies(final)))
    known = find_facts(final, facts)
    return load([store_updates(final, known)], users, numbers_in(known))


def numbers_in(known: Facts) -> frozenset[str]:
    return frozenset(n for n, f in known.items() if rank(f) == 0 and not isinstance(f, Array))


def derive_hvp(core: Function, facts: Facts, by: str, users: frozenset[str]) -> Derived:
    """The Hessian by one argument, times a vector: the tangent of the gradient."""
    gradient = reverse_core(core, facts, Request((by,), f"grad_{core.name}"), tell)
    return _along(gradient, facts, (by,), users, f"hvp_{core.name}", with_value=False)


def derive_pullback(core: Function, facts: Facts, by: tuple[str, ...]) -> Function:
    """The cotangents of arguments, from the arguments and that of the result."""
    core = resolved(core, facts)
    known = find_facts(core, facts)
    request = Request(by, f"pullback_{core.name}", seed=SEED, as_tuple=True)
    with naming_parameters(core):
        pullback, seed = _seeded(reverse(core, known, request), facts)
    return optimize(without_custom(pullback), {**facts, seed: fact(core.result, known)})


def derive_pullback_along(
    core: Function, facts: Facts, by: tuple[str, ...], users: frozenset[str]
) -> Derived:
    """The tangents of the cotangents, from the arguments, that of the result, and all tangents."""
    core = resolved(core, facts)
    pullback = derive_pullback(core, facts, by)
    (seed,) = {*pullback.parameters} - {*core.parameters}
    facts = {**facts, seed: fact(core.result, find_facts(core, facts))}
    return _along(pullback, facts, (*by, seed), users, f"along_{core.name}", with_value=False)


def derive_jvp(core: Function, facts: Facts, by: tuple[str, ...], users: frozenset[str]) -> Derived:
    """The value and its tangent."""
    return _along(resolved(core, facts), facts, by, users, f"jvp_{core.name}", with_value=True)


def _along(
    function: Function,
    facts: Facts,
    by: tuple[str, ...],
    users: frozenset[str],
    name: str,
    with_value: bool,
) -> Derived:
    """The tangent of a program that is resolved, with its value or without."""
    with naming_parameters(function):
        derived = forward(function, find_facts(function, facts), by, name, with_value=with_value)
    tell("forward", derived)
    facts = with_tangents(derived, facts, by)
    derived = optimize(derived, facts)
    return Derived(derived, loaded(derived, facts, users))


def _seeded(derived: Function, facts: Facts) -> tuple[Function, str]:
    """A reverse with the parameter for the result's cotangent, and its name."""
    (seed,) = [p for p in derived.parameters if p not in facts] or [SEED]
    if seed not in derived.parameters:  # the result depends on nothing that is active
        derived = replace(derived, parameters=(*derived.parameters, seed))
    return derived, seed


def derive_jacobian(core: Function, facts: Facts, wanted: Wanted, users: frozenset[str]) -> Derived:
    """The Jacobian, all its directions in one sweep."""
    core = resolved(core, facts)
    kind = "batch_jacobian" if wanted.batch else "jacobian"
    with naming_parameters(core):
        derived = jacobian_program(core, find_facts(core, facts), wanted, f"{kind}_{core.name}")
    tell("jacobian", derived)
    facts = {**facts, **dict.fromkeys({*derived.parameters} - {*facts}, INT)}  # start, stop
    derived = optimize(derived, facts)
    return Derived(derived, loaded(derived, facts, users))


def with_tangents(derived: Function, facts: Facts, by: tuple[str, ...]) -> Facts:
    """The facts of the parameters of a program in forward mode."""
    dots = derived.parameters[len(derived.parameters) - len(by) :]
    return {**facts, **{dot: facts[p] for dot, p in zip(dots, by, strict=True)}}


@dataclass(frozen=True)
class DerivedPair:
    """A forward and a backward function: `vjp`."""

    forward: Loaded  # (y, saved)
    backward: Loaded  # cotangents, from (*saved, y_bar)
    result: Abstract
    changes_arguments: bool


SEED = "y_bar"


def derive_pair(
    core: Function, facts: Facts, by: tuple[str, ...], users: frozenset[str]
) -> DerivedPair:
    core = resolved(core, facts)
    known = find_facts(core, facts)
    request = Request(
        by, f"vjp_{core.name}", with_value=True, seed=SEED, as_tuple=True, in_pair=True
    )
    with naming_parameters(core):
        derived, backward = reverse_in_parts(core, known, request)
    tell("reverse", derived)
    derived, seed = _seeded(derived, facts)
    facts = {**facts, seed: fact(core.result, known)}
    whole = optimize(without_custom(derived), facts)
    pair = cut(whole, seed, backward, core.name)
    tell("forward of the pair", pair.forward)
    tell("backward of the pair", pair.backward)
    known = find_facts(whole, facts)
    first, second = (store_updates(f, known) for f in (pair.forward, pair.backward))
    changes = changes_arguments(core)
    return DerivedPair(load([first], users), load([second], users), facts[seed], changes)


def changes_arguments(function: Function) -> bool:
    """Whether a function, resolved, changes something that its caller sees."""
    effects = (s.value for s in statements(function.body) if isinstance(s, Effect))
    return any(isinstance(value, Call) and value.function == WRITE_BACK for value in effects)


def program_after(name: str, core: Function, facts: Facts, request: Request) -> str:
    """The text of the program after a pass.

    Raises:
        ValueError: there is no pass of that name; the message lists them.
    """
    texts: dict[str, str] = {}
    reverse_core(core, facts, request, lambda n, f: texts.update({n: show(f)}))
    if name not in texts:
        raise ValueError(f"no pass {name!r}; there are {', '.join(texts)}")
    return texts[name]
