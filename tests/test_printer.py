import ast
import random

import pytest

from autodiff_sst.emit.printer import comment, print_tree


@pytest.mark.parametrize(
    "text",
    [
        "a * (b + c) - d / (e * f)",
        "a - (b - c) - d",
        "-(a + b) * -c ** -d ** e",
        "(-a) ** 2 + (a ** b) ** c",
        "a ** b ** c",
        "a[1:2, ..., None, ::-1] + a[b,] + a[:]",
        "(a if b else c) + 1.5",
        "not (a and b) or c and (d or e)",
        "a < b + c == (d < e)",
        "f(a, k=c)(1)[2, 3]",
        "{'a': (1,), 'b': ()}",
        "a @ b.T @ (c @ d)",
        "~a & (b | c) ^ d << (e << f)",
        "(-1.5) ** a",
    ],
)
def test_brackets_only_where_precedence_asks_for_them(text: str) -> None:
    assert print_tree(ast.parse(text, mode="eval").body) == text + "\n"


def test_statements_comments_and_functions() -> None:
    text = (
        "def f(x, n):\n"
        "    # y = x * 2\n"
        "    (a, b) = (b, a)\n"
        "    x[0] += 1\n"
        "    for i in reversed(range(n)):\n"
        "        x.append((i,))\n"
        "    if n > 0:\n"
        "        a = 1\n"
        "    else:\n"
        "        raise a\n"
        "    while True:\n"
        "        break\n"
        "    return a, b\n"
    )
    tree = ast.parse(text)
    tree.body[0].body.insert(0, comment("y = x * 2"))  # type: ignore[attr-defined]
    expected = text.replace("(a, b) = (b, a)", "a, b = b, a")
    printed = "\n".join(line for line in print_tree(tree).splitlines() if line.strip()) + "\n"
    assert printed == expected


def test_random_expressions_survive() -> None:
    rng = random.Random(0)

    def expression(depth: int) -> ast.expr:
        if depth == 0:
            return rng.choice([ast.Name("a"), ast.Constant(2), ast.Constant(1.5), ast.Name("b")])
        a, b = expression(depth - 1), expression(depth - rng.randint(1, depth))
        ops = [ast.Add, ast.Sub, ast.Mult, ast.Pow, ast.MatMult, ast.LShift, ast.BitAnd]
        match rng.randrange(6):
            case 0:
                return ast.UnaryOp(rng.choice([ast.USub, ast.Not, ast.Invert])(), a)
            case 1:
                return ast.Compare(a, [rng.choice([ast.Lt, ast.NotIn, ast.Is])()], [b])
            case 2:
                return ast.BoolOp(rng.choice([ast.And, ast.Or])(), [a, b])
            case 3:
                return ast.Attribute(a, "x")
            case _:
                return ast.BinOp(a, rng.choice(ops)(), b)

    for _ in range(2000):
        tree = expression(4)
        again = ast.parse(print_tree(tree), mode="eval").body
        assert ast.unparse(again) == ast.unparse(ast.parse(ast.unparse(tree), mode="eval").body)
