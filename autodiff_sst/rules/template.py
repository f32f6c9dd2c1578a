"""Expands the template of a rule: its expressions become statements of the program.

d[x] = d[y] * np.cos(x)      becomes      t = np.cos(s)
                                          t_1 = r_bar * t        for r = np.sin(s)
"""

from __future__ import annotations

import ast
import builtins
import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import gast

from autodiff_sst.core.build import Builder
from autodiff_sst.core.syntax import Atom, Expression, Literal, Object
from autodiff_sst.errors import MissingRuleError, needing
from autodiff_sst.frontend.expressions import Expressions
from autodiff_sst.frontend.source import Source, read_source
from autodiff_sst.rules.language import UNSERVED, Macro, Only
from autodiff_sst.rules.registry import Rule
from autodiff_sst.runtime.signatures import by_position

Contribute = Callable[[Atom], None]

_NOT_CONSTANT = object()
_QUESTIONS = ("rank", "is_constant", "is_complex")


class Knowledge:
    """What a template may ask of atoms; `analysis` knows."""

    def rank(self, atom: Atom) -> int | None:
        raise NotImplementedError

    def constant(self, atom: Atom, otherwise: Any = None) -> Any:
        """The object that an atom is known to be, or `otherwise`."""
        raise NotImplementedError

    def is_complex(self, atom: Atom) -> bool:
        raise NotImplementedError

    def items(self, atom: Atom) -> tuple[Atom, ...] | None:
        """The items of a list or tuple that the program makes."""
        raise NotImplementedError

    def is_not_none(self, atom: Atom) -> bool:
        raise NotImplementedError


def name_of(function: Any) -> str:
    """How a function is called in messages: `np.sum`, `math.sin`."""
    module = (getattr(function, "__module__", None) or "").replace("numpy", "np", 1)
    name = getattr(function, "__qualname__", None) or getattr(function, "__name__", repr(function))
    if module == "np" or hasattr(function, "nin"):
        return f"np.{name}"
    return str(name) if module in ("", "builtins") else f"{module}.{name}"


def bind_arguments(
    rule: Rule, args: tuple[Atom, ...], keywords: tuple[tuple[str, Atom], ...]
) -> dict[str, Atom]:
    """The arguments of a call by the names that the template gives them; defaults left out.

    One whose default is `UNSERVED` must be None.

    Raises:
        MissingRuleError: the template does not know an argument.
    """
    signature = inspect.signature(rule.template).parameters
    parameters = list(signature)[1:]
    name = name_of(rule.function)
    moved = by_position(rule.function, rule.template, 1, len(args))
    if sum(m is None for m in moved) > len(parameters):
        words = f"the rule of `{name}` takes {len(parameters)} arguments, not {len(args)}"
        raise MissingRuleError(words)
    pairs = zip(moved, args, strict=True)
    bound = {parameters[k]: a for k, (m, a) in enumerate(pairs) if m is None}
    named = [(m, a) for m, a in zip(moved, args, strict=True) if m is not None]
    named = [(m, a) for m, a in named if m in parameters or a != Literal(None)]
    for key, value in (*named, *keywords):
        if key not in parameters or key in bound:
            raise MissingRuleError(f"the rule of `{name}` does not know the keyword `{key}`")
        bound[key] = value
    for key, value in bound.items():
        default = signature[key].default
        served = None if default is UNSERVED else UNSERVED
        served = default.value if isinstance(default, Only) else served
        if served is not UNSERVED and value != Literal(served):
            raise MissingRuleError(f"the rule of `{name}` does not know the argument `{key}`")
    return bound


def serves(
    rule: Rule | None, args: tuple[Atom, ...], keywords: tuple[tuple[str, Atom], ...]
) -> bool:
    """Whether there is a rule, and it knows these arguments."""
    try:
        return rule is not None and bool(bind_arguments(rule, args, keywords))
    except MissingRuleError:
        return False


def expand(
    rule: Rule,
    builder: Builder,
    knowledge: Knowledge,
    result: Atom,
    arguments: Mapping[str, Atom],
    cotangent: Atom,
    contribute: Mapping[str, Contribute],
) -> None:
    """Hands what the rule adds to the cotangents of parameters to `contribute`, as it comes."""
    expansion = Expansion(rule, builder, knowledge, result, arguments, cotangent, contribute)
    expansion.block(expansion.source.tree.body)
    missing = sorted({*contribute} - expansion.contributed)
    if missing:
        words = f"the rule of `{name_of(rule.function)}` has no derivative by `{missing[0]}`"
        raise MissingRuleError(words)


def parameters_of(rule: Rule) -> tuple[str, ...]:
    """The parameters of the function, as the rule names them."""
    return tuple(inspect.signature(rule.template).parameters)[1:]


@dataclass(frozen=True)
class _Template:
    """What is read of a template, once."""

    source: Source
    result: str
    defaults: Mapping[str, Atom]
    globals: Mapping[str, Any]


@functools.cache
def _read(template: Callable[..., Any]) -> _Template:
    parameters = inspect.signature(template).parameters
    defaults: dict[str, Atom] = {
        name: Literal(default)
        if isinstance(default, int | float | str | None)
        else Object(default, repr(default))
        for name, p in parameters.items()
        if p.default is not p.empty
        for default in (p.default.value if isinstance(p.default, Only) else p.default,)
    }
    names = {**vars(builtins), **getattr(template, "__globals__", {})}
    return _Template(read_source(template), next(iter(parameters)), defaults, names)


class Expansion(Expressions):
    """A template that is read, statement by statement."""

    def __init__(
        self,
        rule: Rule,
        builder: Builder,
        knowledge: Knowledge,
        result: Atom,
        arguments: Mapping[str, Atom],
        cotangent: Atom,
        contribute: Mapping[str, Contribute],
    ) -> None:
        self.rule = rule
        self.builder = builder
        self.knowledge = knowledge
        template = _read(rule.template)
        self.source = template.source
        self.cotangent = cotangent
        self.contribute = contribute
        self.contributed: set[str] = set()
        self.result_name = template.result
        self.values: dict[str, Atom] = {**template.defaults, **arguments, template.result: result}
        self.globals = template.globals

    # Statements

    def block(self, nodes: list[Any]) -> None:
        for node in nodes:
            match node:
                case gast.Expr(value=gast.Constant()) | gast.Pass():
                    pass  # a docstring
                case gast.Assign(targets=[gast.Subscript(value=gast.Name(id="d"), slice=key)]):
                    self.differential(key.id, node.value)
                case gast.Assign(targets=[gast.Name(id=name)], value=value):
                    self.bind(name, value)
                case gast.If(test=test, body=body, orelse=orelse):
                    self.block(body if self.decide(test) else orelse)
                case _:
                    raise self.bad(f"`{type(node).__name__}` has no place in a template")

    def bind(self, name: str, value: Any) -> None:
        # Under its own name: what is read twice must not become a cotangent.
        self.values[name] = self.builder.emit(self.expression(value), name)

    def differential(self, key: str, value: Any) -> None:
        """`d[key] = value`."""
        if key in self.contribute:
            made = self.expression(value)
            if made != Literal(None):  # `d[x] = None`: no derivative by x
                self.contribute[key](self.emit(made, value))
            self.contributed.add(key)

    def bad(self, words: str) -> MissingRuleError:
        return MissingRuleError(f"{words} (the rule of `{name_of(self.rule.function)}`)")

    # Expressions

    def emit(self, value: Expression, node: Any) -> Atom:
        return self.builder.emit(value)

    def expression(self, node: Any) -> Expression:
        match node:
            case gast.IfExp(test=test, body=body, orelse=orelse):
                return self.expression(body if self.decide(test) else orelse)
            case gast.Subscript(value=gast.Name(id="d"), slice=gast.Name(id=key)):
                if key != self.result_name:
                    raise self.bad(f"`d[{key}]` is not the cotangent of the result")
                return self.cotangent
            case gast.Call(func=gast.Name(id=name), args=args) if isinstance(
                called := self.globals.get(name), Macro
            ):
                atom: Atom = called.function(self.builder, self.knowledge, *map(self.atom, args))
                return atom
            case _:
                return super().expression(node)

    def name(self, name: str, node: Any) -> Atom:
        if name in self.values:
            return self.values[name]
        if name not in self.globals:
            raise self.bad(f"`{name}` is not defined")
        return Object(self.globals[name], name, self.globals[name])

    # What is known now

    def decide(self, test: Any) -> bool:
        """The value of a test on constants."""
        tree = gast.gast_to_ast(gast.Expression(body=test))
        names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
        known: dict[str, Any] = {"rank": self.ask_rank, "is_constant": self.ask_constant}
        known["is_complex"] = lambda asked: self.knowledge.is_complex(self.values[asked.name])
        for name in names & {*self.values}:
            known[name] = _Asked(self, name)
        tree = ast.fix_missing_locations(_Unwrap({*known} - {*_QUESTIONS}).visit(tree))
        return bool(eval(compile(tree, "<template>", "eval"), {**self.globals, **known}))

    def ask_rank(self, asked: Any) -> int | None:
        return self.knowledge.rank(self.values[asked.name])

    def ask_constant(self, asked: Any) -> bool:
        atom = self.values[asked.name]
        return self.knowledge.constant(atom, _NOT_CONSTANT) is not _NOT_CONSTANT


class _Asked:
    """A parameter in a test: its constant, if it has one."""

    def __init__(self, expansion: Expansion, name: str) -> None:
        self.expansion = expansion
        self.name = name

    @property
    def value(self) -> Any:
        atom = self.expansion.values[self.name]
        knowledge = self.expansion.knowledge
        constant = knowledge.constant(atom, _NOT_CONSTANT)
        if constant is not _NOT_CONSTANT:
            return constant
        if knowledge.is_not_none(atom):
            return _Something(self.expansion, self.name)
        error = self.expansion.bad(f"`{self.name}` must be a constant")
        raise needing(error, self.expansion.values[self.name])


class _Something:
    """A parameter of which only that it is not None is known; every other question is refused."""

    def __init__(self, expansion: Expansion, name: str) -> None:
        self.expansion = expansion
        self.name = name

    def refuse(self, *_: Any) -> Any:
        error = self.expansion.bad(f"`{self.name}` must be a constant")
        raise needing(error, self.expansion.values[self.name])

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __bool__ = refuse
    __hash__ = None  # type: ignore[assignment]


class _Unwrap(ast.NodeTransformer):
    """`axis` becomes `axis.value`, but in `rank(x)` and `is_constant(x)`."""

    def __init__(self, names: set[str]) -> None:
        self.names = names

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if isinstance(node.func, ast.Name) and node.func.id in _QUESTIONS:
            return node
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id not in self.names:
            return node
        return ast.Attribute(value=node, attr="value", ctx=ast.Load())
