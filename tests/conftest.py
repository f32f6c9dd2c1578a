from pathlib import Path

import pytest

from autodiff_sst.core.validate import validate
from autodiff_sst.optimize import passes

# An invariant that no code checks is a wish: every program, after every pass, in every test.
passes.watchers.append(lambda name, function: validate(function, name))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the expected sources")


class Golden:
    """The expected text of a test, in `tests/golden/<name>.py`."""

    def __init__(self, update: bool) -> None:
        self.update = update

    def check(self, name: str, text: str) -> None:
        path = Path(__file__).parent / "golden" / f"{name}.py"
        if self.update:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        assert path.exists(), "no golden file: run with --update-golden, and read what it wrote"
        assert text == path.read_text()


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    return Golden(request.config.getoption("--update-golden"))
