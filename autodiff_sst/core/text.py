"""Core programs as text; `parse.py` reads it: `show(parse(text)) == text` for text of `show`.

The text is Python but for `stack()`, `push(s, a, ...)`, `x, ... = pop(s)` and `add_at(x[i], a)`.
The carries of a loop are assigned before it and at the end of its body, the merges of an `if` at
the end of both branches:

    s = 1.0
    for i in range(n):
        t = np.sin(s)
        s = t
"""

from __future__ import annotations

import math
from typing import Any

from autodiff_sst.core.syntax import (
    Accumulate,
    Append,
    Assign,
    Atom,
    Attribute,
    Binary,
    Block,
    Call,
    Carry,
    CustomGrad,
    DictOf,
    Effect,
    Expression,
    For,
    Function,
    If,
    Index,
    ListOf,
    Literal,
    Merge,
    Name,
    NewStack,
    Object,
    Pop,
    Push,
    Raise,
    Slice,
    Statement,
    Store,
    Subscript,
    Try,
    TupleOf,
    Unary,
    Update,
    While,
    assert_never,
)


def show(function: Function) -> str:
    """The text of a function; ends with a line end."""
    lines = [f"def {function.name}({', '.join(function.parameters)}):"]
    lines += _indent([*show_block(function.body), f"return {show_expression(function.result)}"])
    return "\n".join(lines) + "\n"


def show_block(block: Block) -> list[str]:
    return [line for statement in block for line in _statement(statement)]


def _indent(lines: list[str]) -> list[str]:
    return ["    " + line for line in lines or ["pass"]]


def _statement(statement: Statement) -> list[str]:
    match statement:
        case Assign(target, value):
            return [f"{target} = {show_expression(value)}"]
        case Effect(value):
            return [show_expression(value)]
        case Store(target, index, value):
            return [f"{target}[{_index(index)}] = {show_expression(value)}"]
        case Accumulate(target, index, value, True) if index is not None:
            return [f"add_at({target}[{_index(index)}], {show_expression(value)})"]
        case Accumulate(target, index, value):
            where = "" if index is None else f"[{_index(index)}]"
            return [f"{target}{where} += {show_expression(value)}"]
        case Append(target, value):
            return [f"append({target}, {show_expression(value)})"]
        case Push(stack, values):
            return [f"push({', '.join([stack, *map(show_expression, values)])})"]
        case Pop(targets, stack):
            return [f"{', '.join(targets)} = pop({stack})"]
        case If(test, then, orelse, merges):
            then_merges, else_merges = (_merges(merges, k) for k in (0, 1))
            lines = [f"if {show_expression(test)}:", *_indent(show_block(then) + then_merges)]
            if orelse or merges:
                lines += ["else:", *_indent(show_block(orelse) + else_merges)]
            return lines
        case For(target, bounds, body, carries, backwards):
            turns = f"range({', '.join(map(show_expression, bounds))})"
            turns = f"reversed({turns})" if backwards else turns
            lines = [f"for {target} in {turns}:", *_indent(show_block(body) + _nexts(carries))]
            return _inits(carries) + lines
        case While(condition, test, body, carries):
            stop = [f"if not {show_expression(test)}:", "    break"]
            turn = show_block(condition) + stop + show_block(body) + _nexts(carries)
            return [*_inits(carries), "while True:", *_indent(turn)]
        case Try(body, handlers, merges):
            lines = ["try:", *_indent(show_block(body) + _merges(merges, 0))]
            for k, handler in enumerate(handlers, 1):
                kind = "" if handler.kind is None else " " + show_expression(handler.kind)
                kind += "" if handler.name is None else f" as {handler.name}"
                lines += [f"except{kind}:"]
                lines += _indent(show_block(handler.body) + _merges(merges, k))
            return lines
        case CustomGrad(target, value, arguments, bars, body, results):
            given = ", ".join([target, *map(show_expression, (value, *arguments))])
            end = f"results = {show_expression(TupleOf(results))}"
            head = f"with custom_grad({given}) as ({', '.join(bars)},):"
            return [head, *_indent([*show_block(body), end])]
        case Raise(value):
            return ["raise" if value is None else f"raise {show_expression(value)}"]
        case _:
            assert_never(statement)


def _merges(merges: tuple[Merge, ...], branch: int) -> list[str]:
    return [f"{m.name} = {show_expression(m.values[branch])}" for m in merges]


def _inits(carries: tuple[Carry, ...]) -> list[str]:
    return [f"{c.name} = {show_expression(c.init)}" for c in carries]


def _nexts(carries: tuple[Carry, ...]) -> list[str]:
    done: set[Atom] = set()
    for carry in carries:
        if carry.next in done:  # all at once, or this one would see the next turn's value
            values = ", ".join(show_expression(c.next) for c in carries)
            return [f"{', '.join(c.name for c in carries)} = {values}"]
        done.add(Name(carry.name))
    return [f"{c.name} = {show_expression(c.next)}" for c in carries]


def show_expression(value: Expression) -> str:
    match value:
        case Name(name):
            return name
        case Literal(number):
            return _literal(number)
        case Object(_, text):
            return text
        case Call(function, args, keywords):
            shown = [*map(show_expression, args)]
            shown += [f"{key}={show_expression(a)}" for key, a in keywords]
            return f"{show_expression(function)}({', '.join(shown)})"
        case Binary(operator, left, right):
            return f"{show_expression(left)} {operator} {show_expression(right)}"
        case Unary(operator, operand):
            space = " " if operator == "not" else ""
            return f"{operator}{space}{show_expression(operand)}"
        case Subscript(base, index):
            return f"{show_expression(base)}[{_index(index)}]"
        case Attribute(base, name):
            return f"{show_expression(base)}.{name}"
        case TupleOf(items):
            return f"({', '.join(map(show_expression, items))}{',' * (len(items) == 1)})"
        case ListOf(items):
            return f"[{', '.join(map(show_expression, items))}]"
        case DictOf(keys, values):
            pairs = zip(map(show_expression, keys), map(show_expression, values), strict=True)
            return f"{{{', '.join(f'{k}: {v}' for k, v in pairs)}}}"
        case Update(base, index, new, add):
            place = f"{show_expression(base)}[{_index(index)}]"
            return f"{'added' if add else 'updated'}({place}, {show_expression(new)})"
        case NewStack():
            return "stack()"
        case _:
            assert_never(value)


def _literal(value: Any) -> str:
    if value is Ellipsis:
        return "..."
    if isinstance(value, float) and math.isinf(value):
        return "1e999" if value > 0 else "-1e999"
    if isinstance(value, complex) and math.copysign(1, value.real) == -1:
        return f"-{-value!r}"  # `-2j` is -0-2j
    return repr(value)


def _index(index: Index) -> str:
    shown = []
    for item in index:
        if isinstance(item, Slice):
            start, stop, step = (
                "" if a is None else show_expression(a) for a in (item.start, item.stop, item.step)
            )
            shown.append(f"{start}:{stop}" + (f":{step}" if step else ""))
        else:
            shown.append(show_expression(item))
    return ", ".join(shown)
