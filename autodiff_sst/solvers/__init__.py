"""What SciPy's solvers find, with its derivatives: loaded once a program has imported them."""

from __future__ import annotations

from typing import Any

from autodiff_sst.rules.definitions import defines
from autodiff_sst.runtime.solvers import SOLVERS


def solver(*functions: Any) -> Any:
    """The decorated function takes the place of calls of SciPy's."""
    SOLVERS.update(functions)
    return defines(*functions)
