from autodiff_sst.core.syntax import (
    Assign,
    Binary,
    Carry,
    For,
    If,
    Literal,
    Merge,
    Name,
    Push,
    Subscript,
)
from autodiff_sst.core.walk import atoms, blocks, reads, statements, substitute, writes

LOOP = For(
    "i",
    (Name("n"),),
    (
        Assign("t", Binary("*", Name("s"), Name("x"))),
        If(
            Name("c"),
            (Assign("u", Subscript(Name("t"), (Name("i"),))),),
            (Push("saved", (Name("t"),)),),
            (Merge("v", (Name("u"), Literal(0.0))),),
        ),
    ),
    (Carry("s", Name("s_0"), Name("v")),),
)


def test_reads_and_writes_go_to_any_depth() -> None:
    assert reads(LOOP) == {"n", "s", "x", "c", "t", "i", "saved", "u", "s_0", "v"}
    assert reads((LOOP,)) == reads(LOOP)
    assert writes((LOOP,)) == {"i", "t", "u", "v", "s"}
    assert reads(Binary("+", Name("a"), Literal(1))) == {"a"}


def test_substitute_changes_what_is_read_and_not_what_is_bound() -> None:
    (loop,) = substitute((LOOP,), {"t": Name("z"), "saved": Name("stack"), "x": Literal(2.0)})
    assert "t" in writes((loop,)) and "t" not in reads(loop)
    assert {"z", "stack"} <= reads(loop) and not {"x", "saved"} & reads(loop)


def test_statements_come_in_the_order_of_the_text() -> None:
    kinds = [type(s).__name__ for s in statements((LOOP,))]
    assert kinds == ["For", "Assign", "If", "Assign", "Push"]
    assert [len(b) for b in blocks(LOOP)] == [2]


def test_literals_compare_with_their_type_and_sign() -> None:
    values = [1, 1.0, True, -0.0, 0.0, "1", None]
    assert len({Literal(v) for v in values}) == len(values)
    assert Literal(float("nan")) == Literal(float("nan"))
    assert atoms(Binary("+", Literal(1), Name("x"))) == (Literal(1), Name("x"))
