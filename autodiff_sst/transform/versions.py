"""Branches and loops over what is changed in place: versions are merged and carried.

    for i in range(n):                y_1 = y
        y[i] = x[i]          →        for i in range(n):
                                          t = x[i]
                                          y_2 = updated(y_1[i], t)
                                          y_1 = y_2

A variable that a loop rebinds, as where two buffers are swapped, is another name of one object in
every turn, or holds an object of its own that no other name refers to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from autodiff_sst.analysis.values import (
    UNKNOWN,
    Abstract,
    Dict,
    Opaque,
    Unknown,
    join,
    named_lengths,
    widen,
    with_items,
)
from autodiff_sst.core.syntax import (
    UNDEFINED,
    Atom,
    Carry,
    For,
    If,
    Merge,
    Name,
    Statement,
    While,
)
from autodiff_sst.core.walk import reads, substitute
from autodiff_sst.transform.references import Ref, Root
from autodiff_sst.transform.storage import Storage


def widened_fact(value: Abstract) -> Abstract:
    """Without constants, in containers too: another turn may leave others."""
    if isinstance(value, Dict):
        return with_items(value, map(widened_fact, value.items))
    return widen(value)


class Versions(Storage):
    def branch(self, statement: If) -> None:
        while not self.branched(statement, {**self.refs}):
            pass

    def branched(self, statement: If, refs: dict[str, Ref]) -> bool:
        """Whether it is done; else both sides must be done again."""
        test = self.current(statement.test)
        roots = self.roots()
        before = {root: root.version for root in roots}
        kept = {root: root.kept for root in roots}
        tracked = [m for m in statement.merges if self.tracked(m.name)]
        plain = [m for m in statement.merges if m not in tracked]
        blocks: list[list[Statement]] = []
        ends: list[dict[Root, Atom]] = []
        values: list[list[Atom]] = []
        sides: list[list[Ref | None]] = []
        known_views = {**self.views}
        for k, branch in enumerate((statement.then, statement.orelse)):
            for root in roots:
                root.version = before[root]
            self.views = {**known_views}
            self.refs |= refs
            made = list(self.block(branch))
            ends.append({root: root.version for root in roots})
            with self.builder.reopen(made):
                values.append([self.current(m.values[k]) for m in plain])
            sides.append([self.ref(m.values[k]) for m in tracked])
            blocks.append(made)
            self.views = {**known_views}
            if any(self.refs[name] != ref for name, ref in refs.items()):
                for root in roots:
                    root.version = before[root]
                    root.kept = kept[root]
                self.let_go_before(statement, refs)
                return False
        merges = [Merge(m.name, (a, b)) for m, a, b in zip(plain, *values, strict=True)]
        for root in roots:
            first, second = (end[root] for end in ends)
            root.version = before[root]
            if first != second:
                name = self.version_name(root)
                self.builder.facts[name] = join(
                    self.builder.fact(first), self.builder.fact(second), name
                )
                merges.append(Merge(name, (first, second)))
                root.version = Name(name)
        self.refs |= refs
        for j, merge in enumerate(tracked):
            others = {
                ref.root
                for k, other in enumerate(tracked)
                for ref in (sides[0][k], sides[1][k])
                if ref is not None and k != j and other.name in self.live[id(statement)]
            }
            self.merged(statement, merge, sides[0][j], sides[1][j], others, blocks, ends, merges)
        self.builder.append(
            replace(statement, test=test, then=tuple(blocks[0]), orelse=tuple(blocks[1]),
                    merges=tuple(merges))
        )  # fmt: skip
        return True

    def merged(
        self,
        statement: If,
        merge: Merge,
        first: Ref | None,
        second: Ref | None,
        others: set[Root],  # what other names refer to after the branch
        blocks: list[list[Statement]],
        ends: list[dict[Root, Atom]],
        merges: list[Merge],
    ) -> None:
        """A name that refers to one object or another."""
        if first is not None and first == second:
            self.refs[merge.name] = first
            return
        for k, ref in enumerate((first, second)):
            if ref is not None and merge.values[1 - k] == UNDEFINED:
                if ref.root not in ends[k]:
                    self.leaves(ref.root, k, ends, merges)
                self.refs[merge.name] = ref
                return
        live = self.live[id(statement)] - {merge.name}
        known = self.facts.get(merge.name, UNKNOWN)
        settled = not self.is_changed_after(statement, [merge.name], known)
        held = [root for value in merge.values for root in self.held_in(value)]
        held += [ref.root for ref in (first, second) if ref is not None]
        for root in held if not settled else ():
            if root in others or self.is_referred(root, live):
                raise self.refuse(
                    f"`{merge.name}` is one of two arrays, which of them a branch decides, and "
                    "one of them is changed in place", statement,
                )  # fmt: skip
        values = []
        for k, ref in enumerate((first, second)):
            if ref is None:
                values.append(self.current(merge.values[k]))
                continue
            kept, ref.root.version = ref.root.version, ends[k].get(ref.root, ref.root.version)
            views = {**self.views}  # what is read here is there in this branch only
            with self.builder.reopen(blocks[k]):
                values.append(self.read(ref))
            ref.root.version, self.views = kept, views
        merges.append(Merge(merge.name, (values[0], values[1])))
        self.refs[merge.name] = Ref(Root(Name(merge.name)))

    def leaves(self, root: Root, k: int, ends: list[dict[Root, Atom]], merges: list[Merge]) -> None:
        """What one branch made is there after it too."""
        name = self.version_name(root)
        self.builder.facts[name] = self.builder.fact(root.version)
        values = (root.version, UNDEFINED) if k == 0 else (UNDEFINED, root.version)
        merges.append(Merge(name, values))
        root.version = ends[0][root] = ends[1][root] = Name(name)

    def version_name(self, root: Root) -> str:
        return self.builder.names.fresh(root.name)

    def loop(self, statement: For | While) -> None:
        tracked = [c for c in statement.carries if self.tracked(c.name)]
        objects: set[str] = set()  # carries that are not one object's name in every turn
        while True:
            found = len(objects)
            known: dict[Root | str, Abstract] = {}  # of versions and carries at the head
            for _ in range(5):
                saved = (
                    {**self.refs},
                    {r: (r.version, r.kept) for r in self.roots()},
                    {**self.views},
                )
                before = {**known}
                done = self.turn(statement, tracked, objects, known)
                if done is not None and known == before:
                    self.builder.append(done)
                    return
                refs, versions, self.views = saved
                for root, (version, kept) in versions.items():
                    root.version, root.kept = version, kept
                own = {c.name for c in statement.carries}
                if self.let_go_before(statement, {n: r for n, r in refs.items() if n not in own}):
                    self.loop(statement)
                    return
                self.refs = refs
                if done is None:
                    break
            if len(objects) > found:
                continue
            raise self.refuse("which array a name refers to changes from turn to turn", statement)

    def turn(
        self,
        statement: For | While,
        tracked: list[Carry],
        as_objects: set[str],
        known: dict[Root | str, Abstract],
    ) -> For | While | None:
        builder = self.builder
        roots = self.roots()
        inits = {root: root.version for root in roots}
        kept = {root: root.kept for root in roots}
        objects: list[tuple[Carry, Root, Atom]] = []
        entered: set[Root] = set()
        given = {carry.name: self.ref(carry.init) for carry in tracked}
        self.refs |= {n: ref for n, ref in given.items() if ref is not None and n not in as_objects}
        needed = self.live[id(statement)] | reads(statement.body)
        for carry in tracked:
            ref = given[carry.name]
            if carry.name not in as_objects and ref is not None:
                continue
            if self.may_change(statement, carry) and ref is not None:
                if self.is_referred(ref.root, needed):
                    return None
                if ref.root in entered:  # two names of one array: which is which
                    return None
                entered.add(ref.root)
            root = Root(Name(carry.name), kept=ref is not None and ref.root.kept)
            for held in self.held_in(carry.init) if ref is None else ():
                if self.is_referred(held, needed):
                    held.kept = root.holds = True  # a tuple, of what has another name too
            objects.append((carry, root, self.current(carry.init)))
            self.refs[carry.name] = Ref(root)
        unknown = {  # they depend on items that are stored: here it is known what those are
            c.name: c
            for c in statement.carries
            if c not in tracked and isinstance(self.facts.get(c.name), Opaque | Unknown)
        }
        for name, carry in unknown.items():
            first = named_lengths(builder.fact(self.current_init(carry, inits)), name)
            builder.facts[name] = known.setdefault(name, first)
        heads = {}
        for root in roots:
            name = self.version_name(root)
            builder.facts[name] = known.setdefault(root, widened_fact(builder.fact(root.version)))
            root.version = Name(name)
            heads[root] = name
        self.views = {}
        condition = self.block(statement.condition) if isinstance(statement, While) else ()
        body = list(self.block(statement.body))
        carries: list[Carry] = []
        with builder.reopen(body):
            own = {carry.name for carry, _, _ in objects}
            others = {
                c.name
                for c in tracked
                if c.name not in own and self.ref(c.next) != self.refs.get(c.name)
            }
            if others:
                as_objects |= others
                return None
            taken: set[int] = set()
            for carry, _, init in objects:
                next_ref = self.ref(carry.next)
                if next_ref is None:
                    if any(held in roots for held in self.held_in(carry.next)) and (
                        self.may_change(statement, carry)
                    ):
                        return None
                    carries.append(Carry(carry.name, init, self.current(carry.next)))
                    continue
                if self.may_change(statement, carry):
                    if next_ref.path or next_ref.root in roots or id(next_ref.root) in taken:
                        return None
                    taken.add(id(next_ref.root))
                carries.append(Carry(carry.name, init, self.read(next_ref)))
            for name, carry in unknown.items():
                found = named_lengths(builder.fact(self.current(carry.next)), name)
                known[name] = join(known[name], found, name)
            for carry in statement.carries:
                if carry not in tracked:
                    carries.append(
                        Carry(carry.name, self.current_init(carry, inits), self.current(carry.next))
                    )
        same: dict[str, Atom] = {}
        for root in roots:
            name, end = heads[root], root.version
            if end == Name(name):
                same[name] = inits[root]
                root.version = inits[root]
                continue
            if root.kept and not kept[root]:
                raise self.refuse("what a container holds too is changed in place", statement)
            carries.append(Carry(name, inits[root], end))
            found = builder.fact(end)
            known[root] = join(known[root], widened_fact(found), name)
            root.version = Name(name)
        for carry, root, _ in objects:
            root.version = Name(carry.name)
            self.refs[carry.name] = Ref(root)
        self.views = {}
        new_body = substitute(tuple(body), same)
        final = tuple(
            Carry(
                c.name, c.init, same.get(c.next.id, c.next) if isinstance(c.next, Name) else c.next
            )
            for c in carries
        )
        if isinstance(statement, While):
            test = self.current(statement.test)
            test = same.get(test.id, test) if isinstance(test, Name) else test
            inner = substitute(condition, same)
            return replace(statement, condition=inner, test=test, body=new_body, carries=final)
        bounds = tuple(map(self.current, statement.bounds))
        return replace(statement, bounds=bounds, body=new_body, carries=final)

    def may_change(self, statement: For | While, carry: Carry) -> bool:
        """Whether what a carry refers to may be changed in place; else it is a value."""
        known = self.facts.get(carry.name, UNKNOWN)
        return self.is_changed(statement, [carry.name], known)

    def current_init(self, carry: Carry, inits: Mapping[Root, Atom]) -> Atom:
        ref = self.ref(carry.init)
        if ref is None:
            return carry.init
        now, ref.root.version = ref.root.version, inits.get(ref.root, ref.root.version)
        value = self.read(ref) if not ref.path else carry.init
        ref.root.version = now
        return value
