import autodiff_sst


def test_the_package_has_a_version() -> None:
    assert autodiff_sst.__version__.count(".") == 2
