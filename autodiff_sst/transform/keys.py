"""Names of what are keys of dicts, or parts of keys: nobody changes one, whatever it is.

for k, v in d.items():      →      ks = list(d)
    if k.startswith("a"):          k = ks[i]
"""

from __future__ import annotations

from collections.abc import Mapping

from autodiff_sst.analysis.values import OPAQUE, Abstract, Table
from autodiff_sst.core.syntax import (
    Append,
    Assign,
    Attribute,
    Call,
    Expression,
    Function,
    ListOf,
    Name,
    Object,
    Slice,
    Subscript,
)
from autodiff_sst.core.walk import statements
from autodiff_sst.rules.helpers import KEYS


def names_of_keys(function: Function, facts: Mapping[str, Abstract]) -> set[str]:
    keys: set[str] = set()
    lists: set[str] = set()
    every = [*statements(function.body)]
    appended: dict[str, list[str]] = {}
    for statement in every:
        if isinstance(statement, Append):
            item = statement.value
            name = item.id if isinstance(item, Name) else ""
            appended.setdefault(statement.target, []).append(name)

    def is_list(target: str, value: Expression) -> bool:
        match value:
            case Call(called, (Name(table),)) if called == KEYS:
                return isinstance(facts.get(table), Table)
            case Call(Object(called), (Name(given),)) if called in (sorted, list, tuple):
                return given in lists or isinstance(facts.get(given), Table)
            case ListOf(()):
                return {*appended.get(target, [""])} <= keys
            case Name(other):
                return other in lists
        return False

    while True:
        before = len(keys) + len(lists)
        for statement in every:
            match statement:
                case Assign(target, value) if is_list(target, value):
                    lists.add(target)
                case Assign(target, Subscript(Name(base), (index,))) if base in lists:
                    if not isinstance(index, Slice):
                        keys.add(target)
                case Assign(target, Name(key)) if key in keys:
                    keys.add(target)
                case Assign(target, Subscript(Name(key)) | Attribute(Name(key))) if (
                    key in keys and facts.get(key) == OPAQUE
                ):  # a letter, a method
                    keys.add(target)
                case _:
                    pass
        if len(keys) + len(lists) == before:
            return keys
