"""Where something is in the user's program, and the errors that say so.

Every error names the file, the line and the column, quotes the line, says how one came there and
what to write instead:

    model.py, line 12, column 9: `yield` has no derivative
       12 |         yield w * x
          |         ^^^^^
    reached from loss (model.py, line 30) in grad(loss)
    Write instead: append the values to a list and return it.
"""

from __future__ import annotations

import linecache
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """A place in the user's program; `line` and `column` count from 1, `width` in characters.

    `function` is the name of the function that the place is in. A statement of a backward sweep
    (`backward`) has the place of the statement that it reverses. `calls` are the calls around whose
    place the body of the function took, the outermost first: line, column and width of each.
    """

    file: str
    line: int
    column: int = 1
    width: int = 1
    function: str = ""
    backward: bool = False
    calls: tuple[tuple[int, int, int], ...] = ()

    @property
    def text(self) -> str:
        """The source line, without its line end; empty where the file cannot be read."""
        return linecache.getline(self.file, self.line).rstrip("\n")

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}, column {self.column}"


def render(
    message: str, origin: Origin | None, reached_from: tuple[str, ...] = (), instead: str = ""
) -> str:
    """The text of an error; without an origin only what is known."""
    lines = [message if origin is None else f"{origin}: {message}"]
    if origin is not None and origin.text:
        number = f"{origin.line:5}"
        lines.append(f"{number} | {origin.text}")
        # Tabs are repeated as they are, so that the caret stands below what it points at.
        lead = "".join("\t" if c == "\t" else " " for c in origin.text[: origin.column - 1])
        width = max(1, min(origin.width, len(origin.text) - origin.column + 1))
        lines.append(f"{'':5} | {lead}{'^' * width}")
    lines += [f"reached from {place}" for place in reached_from]
    if instead:
        lines.append(f"Write instead: {instead}")
    return "\n".join(lines)


class AutodiffError(Exception):
    """The base of all errors of this package.

    Args:
        message: what is wrong, without the place.
        origin: where, in the user's program.
        reached_from: the calls that led there, innermost first, each as prose.
        instead: what to write instead.
    """

    def __init__(
        self,
        message: str,
        origin: Origin | None = None,
        reached_from: tuple[str, ...] = (),
        instead: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.origin = origin
        self.reached_from = reached_from
        self.instead = instead
        self.needs: tuple[str, ...] = ()  # what had to be a constant, in the program
        self.parameters: frozenset[str] = frozenset()  # of the function, that decide it

    def __str__(self) -> str:
        return render(self.message, self.origin, self.reached_from, self.instead)

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        return type(self), (self.message, self.origin, self.reached_from, self.instead)


def needing(error: AutodiffError, value: object) -> AutodiffError:
    """The error, which tells that this value had to be a constant."""
    if isinstance(name := getattr(value, "id", None), str):
        error.needs = (name,)
    return error


class UnsupportedSyntaxError(AutodiffError, SyntaxError):
    """The function uses a construct that cannot be differentiated."""


class MissingRuleError(AutodiffError, NotImplementedError):
    """A call on an active value has no rule, and no source that can be read."""


class SourceUnavailableError(AutodiffError, ValueError):
    """The function's source cannot be read: a built-in, a C extension, `exec` without a file."""


class NonScalarOutputError(AutodiffError, ValueError):
    """`grad` of a function whose result is not a real scalar."""


class NonDifferentiableInputError(AutodiffError, TypeError):
    """The derivative with respect to an int, bool, string or object was asked for."""


class GradientMismatchError(AutodiffError, AssertionError):
    """`check_grads` found a derivative that finite differences contradict."""


class TapeError(AutodiffError, RuntimeError):
    """A tape was used in a way that it does not allow."""
