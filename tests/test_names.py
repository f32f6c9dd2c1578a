from autodiff_sst.core.names import Names


def test_fresh_names_are_numbered_and_avoid_what_is_taken() -> None:
    names = Names(["x", "x_1", "np"])
    assert [names.fresh("x") for _ in range(3)] == ["x_2", "x_3", "x_4"]
    assert [names.temporary() for _ in range(3)] == ["t", "t_1", "t_2"]
    assert [names.cotangent("x"), names.cotangent("x")] == ["x_bar", "x_bar_1"]
    assert names.tangent("x") == "x_dot"
    names.take(["t_3"])
    assert names.temporary() == "t_4"
