"""The command line: `python -m autodiff_sst show FILE:FUNCTION`, and `check`."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Any

from autodiff_sst.binding import Argnums, Extra
from autodiff_sst.checks import check_grads
from autodiff_sst.derivative import Derivative
from autodiff_sst.errors import AutodiffError


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m autodiff_sst", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    show = commands.add_parser("show", help="print the generated source of a derivative")
    show.add_argument("function", metavar="MODULE_OR_FILE:FUNCTION")
    show.add_argument("--argnums", default="0", help="by which parameters: 0 or w or 0,2")
    show.add_argument("--args", help="arguments to specialise for, as Python: '1.0, np.ones(3)'")
    show.add_argument("--mode", choices=("reverse", "forward"), default="reverse")
    show.add_argument("--after", metavar="PASS", help="print the program after this pass instead")
    export = commands.add_parser("export", help="write a derivative as a module that stands alone")
    export.add_argument("function", metavar="MODULE_OR_FILE:FUNCTION")
    export.add_argument("--argnums", default="0", help="by which parameters: 0 or w or 0,2")
    export.add_argument("--args", help="arguments to specialise for, as Python")
    export.add_argument("-o", "--output", required=True, metavar="FILE")
    check = commands.add_parser("check", help="compare a gradient with finite differences")
    check.add_argument("function", metavar="MODULE_OR_FILE:FUNCTION")
    check.add_argument("--args", required=True, help="where to compare, as Python")
    options = parser.parse_args(arguments)
    try:
        if options.command == "check":
            check_grads(find(options.function), arguments_of(options.args))
            print(f"{options.function}: derivatives and differences agree")
            return 0
        kind = "jvp" if options.command == "show" and options.mode == "forward" else "grad"
        derivative = Derivative(find(options.function), kind, argnums_of(options.argnums))
        if options.command == "export":
            derivative.export(options.output, *arguments_of(options.args or ""))
            return 0
        print(text_of(derivative, options.args, options.after), end="")
    except (AutodiffError, ValueError, ImportError, AttributeError, OSError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


def text_of(derivative: Derivative, args: str | None, after: str | None) -> str:
    """The source for arguments that are written as Python, or for unknown ones."""
    given = None if args is None else arguments_of(args)
    if after is not None:
        return program_after(derivative, after, given)
    return derivative.source if given is None else derivative.source_for(*given)


def program_after(derivative: Derivative, name: str, args: tuple[Any, ...] | None) -> str:
    """The core program after a pass, for these arguments or unknown ones."""
    from autodiff_sst import driver
    from autodiff_sst.analysis.values import Unknown, abstract

    def make() -> str:
        values, extra = (None, Extra()) if args is None else derivative.bind(args, {})
        names = derivative.parameters(extra)
        kinds = map(Unknown, names) if values is None else map(abstract, values)
        facts = dict(zip(names, kinds, strict=True))
        core = derivative.core_of_primal(facts, extra)
        request = derivative.request(core, derivative.by(extra))
        return driver.program_after(name, core, facts, request)

    return derivative.learning(make)


def arguments_of(text: str) -> tuple[Any, ...]:
    """Arguments that are written as Python, with `np`."""
    import numpy as np

    found: tuple[Any, ...] = eval(f"({text},)" if text.strip() else "()", {"np": np})
    return found


def find(place: str) -> Any:
    """The function of `module:function` or `file.py:function`."""
    module, colon, name = place.rpartition(":")
    if not colon:
        raise ValueError(f"MODULE_OR_FILE:FUNCTION was due, not {place!r}")
    if module.endswith(".py"):
        spec = importlib.util.spec_from_file_location(Path(module).stem, module)
        assert spec is not None and spec.loader is not None
        found = importlib.util.module_from_spec(spec)
        sys.modules.setdefault(found.__name__, found)
        spec.loader.exec_module(found)
    else:
        sys.path.insert(0, "")
        found = importlib.import_module(module)
    value: Any = found
    for part in name.split("."):
        value = getattr(value, part)
    return value.primal if isinstance(value, Derivative) else value


def argnums_of(text: str) -> Argnums:
    parts = [int(p) if p.strip("-").isdigit() else p for p in text.split(",")]
    return parts[0] if len(parts) == 1 else tuple(parts)


if __name__ == "__main__":
    sys.exit(main())
