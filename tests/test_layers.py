"""Data flows down, imports point up: who may import whom, held here."""

import ast
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "autodiff_sst"

# Each part of the package, and the parts that it may import; a part may import itself.
MAY_IMPORT = {
    "errors": set(),
    "markers": {"tape"},  # when it is called with tensors
    "core": {"errors"},
    "frontend": {"core", "runtime", "markers", "errors"},
    "runtime": {"errors", "derivative", "markers"},
    "rules": {"core", "frontend", "runtime", "errors", "markers"},
    "analysis": {"core", "rules", "runtime", "errors", "markers"},
    "transform": {
        *("core", "analysis", "frontend", "optimize", "rules", "runtime", "markers", "errors"),
    },
    "optimize": {"core", "analysis", "rules"},
    "emit": {"core", "analysis", "rules", "runtime", "errors"},
    "driver": {
        "binding",
        "runtime",
        "core",
        "frontend",
        "analysis",
        "rules",
        "transform",
        "optimize",
        "emit",
        "errors",
    },
    "binding": {"frontend", "rules", "runtime", "markers", "errors"},
    "learning": {"binding", "analysis", "driver", "frontend", "errors"},
    "derivative": {
        "learning",
        "binding",
        "driver",
        "runtime",
        "core",
        "analysis",
        "frontend",
        "transform",
        "emit",
        "errors",
    },
    "jacobian": {
        *("binding", "derivative", "driver", "analysis", "transform"),
        "runtime",
        "errors",
    },
    "product": {"analysis", "core", "derivative", "runtime"},
    "api": {"product", "binding", "derivative", "jacobian", "rules", "runtime", "errors"},
    "catalogue": {"driver", "rules"},
    "solvers": {"api", "rules", "runtime", "markers", "errors"},
    "checks": {"derivative", "runtime", "errors"},
    "tape": {
        "binding",
        "markers",
        "driver",
        "optimize",
        "analysis",
        "core",
        "frontend",
        "rules",
        "transform",
        "emit",
        "errors",
    },
    "tf": {"tape", "markers"},
    "__main__": {"analysis", "binding", "derivative", "driver", "checks", "errors"},
}


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            if node.module == "autodiff_sst":
                found |= {alias.name for alias in node.names}
            elif node.module and node.module.startswith("autodiff_sst."):
                found.add(node.module.split(".")[1])
        elif isinstance(node, ast.Import):
            found |= {
                a.name.split(".")[1] for a in node.names if a.name.startswith("autodiff_sst.")
            }
    return found


def test_imports_point_up() -> None:
    wrong = []
    for path in sorted(PACKAGE.rglob("*.py")):
        part = part_of(path)
        if part == "__init__":
            continue
        assert part in MAY_IMPORT, f"{part} has no place in the layout"
        wrong += [
            f"{path.relative_to(PACKAGE)} imports {other}"
            for other in sorted(imported(path) - MAY_IMPORT[part] - {part})
        ]
    assert not wrong


def test_files_stay_short() -> None:
    long = {
        str(path.relative_to(PACKAGE)): lines
        for path in PACKAGE.rglob("*.py")
        if (lines := len(path.read_text().splitlines())) > 355
    }
    assert not long
