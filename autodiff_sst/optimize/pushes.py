"""Save nothing that is at hand where it is read again.

    CORE → CORE             push(saved, s, t, 0.5, s)         push(saved, s)
                            …                        becomes  …
                            a, b, c, d = pop(saved)           a = pop(saved)

What a turn saves is left out where it is a literal, where it is bound outside the loops (`t`
above), and where it is saved already. Of stacks that are pushed to and popped at one place each;
the reverse of a loop has no others.

Leaves  what nobody reads (dead_code.py).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from autodiff_sst.core.syntax import (
    Assign,
    Atom,
    Block,
    For,
    Function,
    Literal,
    Name,
    NewStack,
    Object,
    Pop,
    Push,
    Statement,
    While,
)
from autodiff_sst.core.walk import binds, blocks, rebuild, substitute

Path = tuple[int, ...]  # the blocks around, of the function from outside to inside


def save_less(function: Function) -> Function:
    while True:
        found = _Found()
        for parameter in function.parameters:
            found.places[parameter] = ()
        found.block(function.body, ())
        at_hand = found.at_hand()
        if not at_hand:
            return function
        names: dict[str, Atom] = {}
        for pop in found.pops.values():
            names |= {pop.targets[k]: a for k, a in at_hand.get(pop.stack, {}).items()}
        result = function.result
        while isinstance(result, Name) and result.id in names:
            result = names[result.id]
        body = _without(substitute(function.body, _closed(names)), at_hand)
        function = replace(function, body=body, result=result)


def _closed(names: dict[str, Atom]) -> dict[str, Atom]:
    """What is popped may stand for what is popped elsewhere."""
    done = {}
    for name, atom in names.items():
        while isinstance(atom, Name) and atom.id in names:
            atom = names[atom.id]
        done[name] = atom
    return done


@dataclass
class _Found:
    """Where names are bound; the stacks that one place pushes to, and one pops."""

    places: dict[str, Path] = field(default_factory=dict)
    made: dict[str, Path] = field(default_factory=dict)
    pushes: dict[str, Push] = field(default_factory=dict)
    pops: dict[str, Pop] = field(default_factory=dict)
    paths: dict[str, Path] = field(default_factory=dict)  # of the pops
    loops: set[int] = field(default_factory=set)
    count: Counter[tuple[str, type]] = field(default_factory=Counter)
    blocks: int = 0

    def block(self, block: Block, path: Path) -> None:
        for statement in block:
            for name in binds(statement):
                self.places[name] = path
            match statement:
                case Assign(target, NewStack()):
                    self.made[target] = path
                case Push(stack):
                    self.pushes[stack] = statement
                    self.count[stack, Push] += 1
                case Pop(_, stack):
                    self.pops[stack] = statement
                    self.paths[stack] = path
                    self.count[stack, Pop] += 1
            for inner in blocks(statement):
                self.blocks += 1
                if isinstance(statement, For | While):
                    self.loops.add(self.blocks)
                    for name in binds(statement):  # carries are renewed: they belong to the turn
                        self.places[name] = (*path, self.blocks)
                self.block(inner, (*path, self.blocks))

    def at_hand(self) -> dict[str, dict[int, Atom]]:
        """For each stack the positions that need not be saved, and what stands for them."""
        found: dict[str, dict[int, Atom]] = {}
        for stack, push in self.pushes.items():
            pop = self.pops.get(stack)
            once = self.count[stack, Push] == self.count[stack, Pop] == 1
            if pop is None or not once or stack not in self.made:
                continue
            first: dict[Atom, int] = {}
            for k, value in enumerate(push.values):
                if self.is_seen(value, stack):
                    found.setdefault(stack, {})[k] = value
                elif value in first:
                    found.setdefault(stack, {})[k] = Name(pop.targets[first[value]])
                else:
                    first[value] = k
        return found

    def is_seen(self, value: Atom, stack: str) -> bool:
        """Whether what is pushed is seen at the pop, and is what it was."""
        if isinstance(value, Literal | Object):
            return True
        place = self.places.get(value.id)
        if place is None or self.paths[stack][: len(place)] != place:
            return False
        inside = self.made[stack][: len(place)] == place  # in the same turn of the loops around
        return inside or not self.loops & {*place}


def _without(block: Block, at_hand: dict[str, dict[int, Atom]]) -> Block:
    def one(statement: Statement) -> Statement | None:
        match statement:
            case Push(stack, values) if stack in at_hand:
                kept = tuple(v for k, v in enumerate(values) if k not in at_hand[stack])
                return replace(statement, values=kept) if kept else None
            case Pop(targets, stack) if stack in at_hand:
                names = tuple(t for k, t in enumerate(targets) if k not in at_hand[stack])
                return replace(statement, targets=names) if names else None
            case _:
                return rebuild(statement, lambda atom: atom, lambda b: _without(b, at_hand))

    return tuple(made for s in block if (made := one(s)) is not None)
