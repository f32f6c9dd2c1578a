"""Which parameters decide a value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from autodiff_sst.core.syntax import Atom, Function, Name
from autodiff_sst.core.walk import binds, own_reads, statements
from autodiff_sst.errors import AutodiffError


@contextmanager
def naming_parameters(function: Function) -> Iterator[None]:
    """An error that is raised in here, because something is no constant, tells the parameters of
    the function that would have to be."""
    try:
        yield
    except AutodiffError as error:
        if error.needs and not error.parameters:
            error.parameters = sources(function, error.needs)
        raise


@contextmanager
def naming_arguments(given: Mapping[str, Atom]) -> Iterator[None]:
    """Of a function that is called with these: what is given is what has to be a constant."""
    try:
        yield
    except AutodiffError as error:
        atoms = [given[name] for name in sorted(error.parameters & given.keys())]
        error.needs = tuple(a.id for a in atoms if isinstance(a, Name))
        error.parameters = frozenset()
        raise


def sources(function: Function, names: Iterable[str]) -> frozenset[str]:
    """The parameters that values are made of; all, for a name that the function does not bind."""
    made: dict[str, set[str]] = {}
    for statement in statements(function.body):
        for name in binds(statement):
            made.setdefault(name, set()).update(own_reads(statement))
    found: set[str] = set()
    new = [*names]
    while new:
        name = new.pop()
        if name not in found:
            found.add(name)
            new += made.get(name, ())
    parameters = frozenset(function.parameters)
    return parameters & found if found <= made.keys() | parameters else parameters
