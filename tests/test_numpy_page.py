"""`ad.rules()`, and `docs/numpy.md`, which is made of it; `--update-golden` writes it anew."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import scipy.integrate
import scipy.interpolate
import scipy.linalg
import scipy.optimize
import scipy.signal
import scipy.special
import scipy.stats

import autodiff_sst as ad

PAGE = Path(__file__).parents[1] / "docs" / "numpy.md"
PEERS = PAGE.parent / "peers.tsv"
START = "<!-- generated: the tables below -->"

AREAS = [
    ("np", "NumPy"),
    ("np.linalg", "numpy.linalg"),
    ("np.fft", "numpy.fft"),
    ("math", "math"),
    ("", "Builtins"),
    ("scipy.special", "scipy.special"),
    ("scipy.linalg", "scipy.linalg"),
    ("scipy.signal", "scipy.signal"),
    ("scipy.stats", "scipy.stats"),
    ("scipy.optimize", "scipy.optimize"),
    ("scipy.integrate", "scipy.integrate"),
    ("scipy.interpolate", "scipy.interpolate"),
]
WORDS = {"rule": "rule", "definition": "defined", "constant": "constant"}


def peers() -> dict[str, tuple[str, str]]:
    with PEERS.open() as file:
        rows = csv.DictReader(file, delimiter="\t")
        return {row["name"]: (row["autograd"], row["jax"]) for row in rows}


def lines() -> dict[str, list[str]]:
    """The rows of each area's table."""
    others = peers()
    found: dict[str, list[str]] = {area: [] for area, _ in AREAS}
    for info in ad.rules():
        area = max((a for a, _ in AREAS if not a or info.name.startswith(f"{a}.")), key=len)
        options = ", ".join(f"`{k}`" for k in info.keywords)
        autograd, jax = others.get(info.name, ("", ""))
        row = f"| `{info.name}` | {WORDS[info.kind]} | {options} | {autograd} | {jax} |"
        found[area].append(row)
    return found


def rendered() -> str:
    parts = []
    for area, rows in lines().items():
        title = dict(AREAS)[area]
        head = "| function | by | options | autograd | JAX |\n| --- | --- | --- | --- | --- |"
        parts.append(f"## {title}\n\n{head}\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def test_the_page_lists_what_there_is(request: pytest.FixtureRequest) -> None:
    """Line by line: another version of NumPy or SciPy has a few functions more or less."""
    head, _ = PAGE.read_text().split(START)
    if request.config.getoption("--update-golden"):
        PAGE.write_text(f"{head}{START}\n\n{rendered()}")
    said = {line for line in PAGE.read_text().splitlines() if line.startswith("| `")}
    here = {row for rows in lines().values() for row in rows}
    names_here = {info.name for info in ad.rules()}
    stale = {row for row in said - here if row.split("`")[1] in names_here or _is_there(row)}
    known = {row.split("`")[1] for row in said}
    missing = {row for row in here - said if row.split("`")[1] in known or _is_old(row)}
    assert not stale, "run with --update-golden"
    assert not missing, "run with --update-golden"


def _is_there(row: str) -> bool:
    """Whether the function of a row exists in the versions that are installed."""
    name = row.split("`")[1]
    value: object = {"np": np, "scipy": scipy}.get(name.partition(".")[0])
    for part in name.split(".")[1:]:
        value = getattr(value, part, None)
    return value is not None


def _is_old(row: str) -> bool:
    """Whether the function of a row is one that the list of the peers has."""
    return row.split("`")[1] in peers()


def test_rules_say_what_they_are() -> None:
    found = {info.name: info for info in ad.rules()}
    assert found["np.sin"].kind == "rule" and found["np.sin"].function is np.sin
    assert found["np.sum"].keywords[:2] == ("axis", "keepdims")
    assert found["np.ptp"].kind == "definition"
    assert found["np.argsort"].kind == "constant" and found["np.argsort"].template is None
    assert found["scipy.stats.norm.logpdf"].kind == "definition"


def test_a_rule_of_ones_own_is_not_lost() -> None:
    """`ad.rules` is the function; the package of that name is still found by imports."""
    from autodiff_sst.rules import registry

    assert callable(ad.rules) and registry.rules()
