"""`match`, as tests: each `case` becomes an `if` whose test binds what the pattern names.

match kind:                          if is_sequence(kind) and len(kind) == 2 and
    case ("power", n):       →               kind[0] == "power" and (n := kind[1], True):
        y = x**n                         y = x**n
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import partial
from typing import Any

import gast

from autodiff_sst.core.syntax import (
    Atom,
    Attribute,
    Binary,
    Call,
    Literal,
    Object,
    Slice,
    Subscript,
)
from autodiff_sst.errors import UnsupportedSyntaxError
from autodiff_sst.frontend.calls import LIST
from autodiff_sst.runtime.sequences import is_mapping, is_sequence, without_keys

_LEN = Object(len, "len", len)
_ISINSTANCE = Object(isinstance, "isinstance", isinstance)
_IS_SEQUENCE, _IS_MAPPING = Object(is_sequence, "is_sequence"), Object(is_mapping, "is_mapping")
_WITHOUT_KEYS = Object(without_keys, "without_keys")
# Of these classes the one positional pattern is the object itself.
_ITSELF = (bool, bytearray, bytes, dict, float, frozenset, int, list, set, str, tuple)

Test = Callable[[], Atom]


class Matching(ast.AST):
    """A test that lowering makes itself: whether a subject matches a pattern, and a guard holds."""

    _fields = ("guard",)

    def __init__(self, subject: Atom, pattern: Any, guard: Any) -> None:
        super().__init__()
        self.subject = subject
        self.pattern = pattern
        self.guard = guard


def as_branches(node: Any, subject: Atom) -> Any:
    """The `if`s that a `match` of an atom is."""
    made: list[Any] = []
    for case in reversed(node.cases):
        test = gast.copy_location(Matching(subject, case.pattern, case.guard), case.pattern)
        made = [gast.copy_location(gast.If(test=test, body=case.body, orelse=made), node)]
    return made[0]


def matches(lowering: Any, test: Matching) -> Atom:
    tests: list[Test] = [lambda: _Patterns(lowering).test(test.pattern, test.subject)]
    if test.guard is not None:
        tests.append(lambda: lowering.atom(test.guard))
    return _Patterns(lowering).all(tests, test.pattern)


class _Patterns:
    def __init__(self, lowering: Any) -> None:
        self.lowering = lowering

    def all(self, tests: list[Test], node: Any) -> Atom:
        """Whether all tests hold, none made after one that does not."""
        if not tests:
            return Literal(True)
        first, rest = tests[0](), tests[1:]
        if not rest or first == Literal(True):
            return self.all(rest, node) if rest else first
        made: Atom = self.lowering.conditional(
            first, lambda: self.all(rest, node), lambda: Literal(False), node
        )
        return made

    def emit(self, value: Any, node: Any) -> Atom:
        atom: Atom = self.lowering.emit(value, node)
        return atom

    def bind(self, name: str, atom: Atom, node: Any) -> Atom:
        self.lowering.assign_to(gast.copy_location(gast.Name(name, gast.Store(), None, None), node),
                                atom)  # fmt: skip
        return Literal(True)

    def item(self, subject: Atom, key: Any, pattern: Any) -> Test:
        def test() -> Atom:
            return self.test(pattern, self.emit(Subscript(subject, (key,)), pattern))

        return test

    def test(self, node: Any, subject: Atom) -> Atom:
        emit = partial(self.emit, node=node)
        tests: list[Test]
        match node:
            case gast.MatchValue(value=value):
                return emit(Binary("==", subject, self.lowering.atom(value)))
            case gast.MatchSingleton(value=value):
                return emit(Binary("is", subject, Literal(value)))
            case gast.MatchAs(pattern=pattern, name=name):
                tests = [] if pattern is None else [lambda: self.test(pattern, subject)]
                if name is not None:
                    tests.append(lambda: self.bind(name, subject, node))
                return self.all(tests, node)
            case gast.MatchOr(patterns=[pattern]):
                return self.test(pattern, subject)
            case gast.MatchOr(patterns=[first, *rest]):
                other = gast.copy_location(gast.MatchOr(patterns=rest), node)
                made: Atom = self.lowering.conditional(
                    self.test(first, subject),
                    lambda: Literal(True),
                    lambda: self.test(other, subject),
                    node,
                )
                return made
            case gast.MatchSequence(patterns=patterns):
                return self.sequence(node, patterns, subject)
            case gast.MatchMapping(keys=keys, patterns=patterns, rest=rest_name):
                atoms = [self.lowering.atom(k) for k in keys]
                tests = [lambda: emit(Call(_IS_MAPPING, (subject,)))]
                for key, pattern in zip(atoms, patterns, strict=True):
                    tests.append(lambda key=key: emit(Binary("in", key, subject)))  # type: ignore[misc]
                    tests.append(self.item(subject, key, pattern))
                if rest_name is not None:
                    rest_of = Call(_WITHOUT_KEYS, (subject, *atoms))
                    tests.append(lambda: self.bind(rest_name, emit(rest_of), node))
                return self.all(tests, node)
            case gast.MatchClass():
                return self.instance(node, subject)
        words = f"the pattern `{type(node).__name__}` is not supported"
        raise UnsupportedSyntaxError(words, self.lowering.source.origin(node))

    def sequence(self, node: Any, patterns: list[Any], subject: Atom) -> Atom:
        starred = [k for k, p in enumerate(patterns) if isinstance(p, gast.MatchStar)]
        count = len(patterns) - len(starred)

        def length() -> Atom:
            made = self.emit(Call(_LEN, (subject,)), node)
            return self.emit(Binary(">=" if starred else "==", made, Literal(count)), node)

        tests: list[Test] = [lambda: self.emit(Call(_IS_SEQUENCE, (subject,)), node), length]
        for k, pattern in enumerate(patterns):
            if starred and k == starred[0]:
                if pattern.name is not None:
                    stop = None if k == count else Literal(k - count)
                    part = Subscript(subject, (Slice(Literal(k), stop, None),))
                    tests.append(partial(self.rest, pattern, part))
                continue
            at = k if not starred or k < starred[0] else k - len(patterns)
            tests.append(self.item(subject, Literal(at), pattern))
        return self.all(tests, node)

    def rest(self, pattern: Any, part: Subscript) -> Atom:
        made = self.emit(Call(LIST, (self.emit(part, pattern),)), pattern)
        return self.bind(pattern.name, made, pattern)

    def instance(self, node: Any, subject: Atom) -> Atom:
        cls = self.lowering.atom(node.cls)
        kind = cls.value if isinstance(cls, Object) else None
        names = list(getattr(kind, "__match_args__", ()))
        tests: list[Test] = [lambda: self.emit(Call(_ISINSTANCE, (subject, cls)), node)]
        if kind in _ITSELF and node.patterns:
            tests.append(lambda: self.test(node.patterns[0], subject))
            return self.all(tests, node)
        named = [*zip(names, node.patterns, strict=False)]
        named += zip(node.kwd_attrs, node.kwd_patterns, strict=True)
        for name, pattern in named:

            def attribute(name: str = name, pattern: Any = pattern) -> Atom:
                return self.test(pattern, self.emit(Attribute(subject, name), node))

            tests.append(attribute)
        return self.all(tests, node)
