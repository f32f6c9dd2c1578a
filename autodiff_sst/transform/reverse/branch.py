"""The reverse of `if`: each branch in reverse, under the same test.

    if c:                        if c:
        t = np.sin(x)                t_bar = y_bar
        y = t              →         x_bar = t_bar * np.cos(x)
    else:                        else:
        y = 1.0                      x_bar = 0.0

A merge hands its cotangent to the value of the branch; what only one branch contributes to is a
zero in the other. Names that a branch bound are seen by the same branch of the reverse.
"""

from __future__ import annotations

from dataclasses import replace

from autodiff_sst.core.syntax import Atom, Block, If, Literal, Merge, Name, Statement
from autodiff_sst.core.walk import binds, reads, writes
from autodiff_sst.transform.reverse.cotangents import Place, write_out, zero
from autodiff_sst.transform.reverse.saves import save_region
from autodiff_sst.transform.reverse.sweep import Reverse


def reverse_if(sweep: Reverse, statement: If) -> Block:
    builder = sweep.builder
    incoming = [(m, sweep.take(m.name)) for m in statement.merges]
    before, inside = {**sweep.cotangents}, sweep.inside
    ends: list[dict[Place, Atom]] = []
    forwards: list[Block] = []
    backwards = []
    for k, branch in enumerate((statement.then, statement.orelse)):
        sweep.cotangents = {**before}
        sweep.inside = (*inside, (statement.test, k))
        with builder.block() as backward:
            sweep.make_buffers(name for s in branch for name in binds(s))
            # What the same branch of an earlier `if` bound, and this one reads by index.
            read = (reads(branch) & sweep.buffered) - writes(branch)
            sweep.make_buffers(sorted(n for n in read if sweep.is_seen(n)))
            for merge, cotangents in incoming:
                for path, cotangent in cotangents.items():
                    sweep.add_to(merge.values[k], cotangent, path)
            forwards.append(sweep.block(branch, buffers=False))
        ends.append(sweep.cotangents)
        backwards.append(backward)
    sweep.cotangents, sweep.inside = before, inside
    merges = _merge(sweep, statement, ends, backwards)
    blocks = [tuple(b) for b in backwards]
    if sweep.saves_branches:
        unseen = frozenset(name for name in sweep.branches if not sweep.is_seen(name))
        for k in (0, 1):
            forwards[k], blocks[k] = save_region(sweep, forwards[k], blocks[k], unseen, None)
    if blocks[0] or blocks[1] or merges:
        origin = builder.origin
        builder.append(If(statement.test, blocks[0], blocks[1], tuple(merges), origin))
    return (replace(statement, then=forwards[0], orelse=forwards[1]),)


def _merge(
    sweep: Reverse, statement: If, ends: list[dict[Place, Atom]], backwards: list[list[Statement]]
) -> list[Merge]:
    """The cotangents after the reverse, of both branches together."""
    builder = sweep.builder
    merges = []
    for place in dict.fromkeys([*ends[0], *ends[1]]):
        values = [end.get(place) for end in ends]
        if values[0] is not None and values[0] == values[1]:
            sweep.cotangents[place] = values[0]
            continue
        if not sweep.is_seen(place.name):  # only the same branch of another `if` reads it
            sweep.cotangents[place] = next(v for v in values if v is not None)
            continue
        whole: list[Atom] = []
        for k, value in enumerate(values):
            with builder.reopen(backwards[k]):
                whole.append(zero(builder, place) if value is None else value)
        fact = builder.fact(whole[0])  # of both, if both are deferred alike
        if builder.fact(whole[1]) != fact:
            fact = place.fact(builder)
            for k in (0, 1):
                with builder.reopen(backwards[k]):
                    scalar = isinstance(whole[k], Literal)
                    whole[k] = write_out(builder, whole[k], place, own=scalar)
        name = builder.names.cotangent(place.name)
        builder.facts[name] = fact
        merges.append(Merge(name, (whole[0], whole[1])))
        sweep.cotangents[place] = Name(name)
    return merges
