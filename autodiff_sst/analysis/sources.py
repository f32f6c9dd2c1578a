"""Which parameters decide a value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from autodiff_sst.core.syntax import Function
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
