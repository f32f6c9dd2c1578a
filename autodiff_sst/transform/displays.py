"""Lists that are appended to one after another, where they are made, as what they hold.

CORE → CORE             items = []
                        append(items, a)       becomes       items = [a, b]
                        append(items, b)
"""

from __future__ import annotations

from dataclasses import replace

from autodiff_sst.core.syntax import Append, Assign, Block, Function, ListOf, Statement
from autodiff_sst.core.walk import reads, rebuild, statements


def gather_displays(function: Function) -> Function:
    """The function; itself if there is nothing to gather."""
    grown = [s.target for s in statements(function.body) if isinstance(s, Append)]
    if not grown:
        return function
    body = _block(function.body, {name: grown.count(name) for name in grown})
    return function if body == function.body else replace(function, body=body)


def _block(block: Block, counts: dict[str, int]) -> Block:
    block = tuple(
        rebuild(s, lambda atom: atom, lambda b: _block(b, counts)) if _has_blocks(s) else s
        for s in block
    )
    for made in block:
        if isinstance(made, Assign) and isinstance(made.value, ListOf) and made.target in counts:
            new = _gathered(block, made, counts[made.target])
            if new is not None:
                return _block(new, {k: n for k, n in counts.items() if k != made.target})
    return block


def _has_blocks(statement: Statement) -> bool:
    return hasattr(statement, "body") or hasattr(statement, "then")


def _gathered(block: Block, made: Assign, count: int) -> Block | None:
    """The block with the display whole where the last item was appended."""
    assert isinstance(made.value, ListOf)
    own = [s for s in block if isinstance(s, Append) and s.target == made.target]
    if len(own) != count:
        return None
    start, end = block.index(made), block.index(own[-1])
    between = [s for s in block[start + 1 : end] if s not in own]
    if any(made.target in reads((s,)) for s in between):
        return None
    whole = replace(made, value=ListOf((*made.value.items, *(s.value for s in own))))
    rest = tuple(s for s in block[start + 1 : end] if s not in own)
    return (*block[:start], *rest, whole, *block[end + 1 :])
