import pickle
from pathlib import Path

import pytest

from autodiff_sst import errors
from autodiff_sst.errors import AutodiffError, Origin, UnsupportedSyntaxError


def test_an_error_says_where_what_how_and_what_to_write_instead(tmp_path: Path) -> None:
    file = tmp_path / "model.py"
    file.write_text("def model(w, x):\n    if x:\n        yield w * x\n")
    error = UnsupportedSyntaxError(
        "`yield` has no derivative",
        Origin(str(file), 3, 9, 5),
        ("loss (model.py, line 30) in grad(loss)",),
        "append the values to a list and return it.",
    )
    assert str(error) == (
        f"{file}, line 3, column 9: `yield` has no derivative\n"
        "    3 |         yield w * x\n"
        "      |         ^^^^^\n"
        "reached from loss (model.py, line 30) in grad(loss)\n"
        "Write instead: append the values to a list and return it."
    )


def test_the_caret_stays_below_its_line_with_tabs_and_past_the_end(tmp_path: Path) -> None:
    file = tmp_path / "tabs.py"
    file.write_text("\tyield x\n")
    lines = str(AutodiffError("no", Origin(str(file), 1, 2, 99))).splitlines()
    assert lines[1:] == ["    1 | \tyield x", "      | \t^^^^^^^"]


def test_an_error_without_a_place_or_with_an_unreadable_file_is_its_message() -> None:
    assert str(AutodiffError("bad")) == "bad"
    error = AutodiffError("bad", Origin("<nowhere>", 2, 3))
    assert str(error) == "<nowhere>, line 2, column 3: bad"


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("UnsupportedSyntaxError", SyntaxError),
        ("MissingRuleError", NotImplementedError),
        ("SourceUnavailableError", ValueError),
        ("NonScalarOutputError", ValueError),
        ("NonDifferentiableInputError", TypeError),
        ("GradientMismatchError", AssertionError),
        ("TapeError", RuntimeError),
    ],
)
def test_errors_are_also_the_builtin_ones_and_pickle(name: str, base: type) -> None:
    error = getattr(errors, name)("message", Origin("f.py", 1), (), "this.")
    assert isinstance(error, base) and isinstance(error, AutodiffError)
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error) and str(copy) == str(error)
