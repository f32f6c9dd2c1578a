import numpy as np

from autodiff_sst.analysis.infer import infer
from autodiff_sst.analysis.values import FLOAT, Tuple
from autodiff_sst.core.build import Builder
from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import Name, Object
from autodiff_sst.core.text import show_block


def test_a_builder_names_infers_and_nests() -> None:
    b = Builder(Names(["x"]), {"x": FLOAT}, infer)
    y = b.call(Object(np.full, "np.full"), (2, Name("x")), 1.0, dtype=Object(float, "float"))
    with b.block() as inner:
        z = b.binary("*", Name("x"), 2.0)
    assert show_block(b.statements) == ["t = (2, x)", "t_1 = np.full(t, 1.0, dtype=float)"]
    assert show_block(tuple(inner)) == ["t_2 = x * 2.0"]
    assert (y, z) == (Name("t_1"), Name("t_2"))
    assert isinstance(b.facts["t"], Tuple) and b.fact(z) == FLOAT
    assert b.emit(z) is z
