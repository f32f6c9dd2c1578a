"""Every rule and every definition: importing them registers them."""

from autodiff_sst.rules import (
    directions,
    elementwise,
    fourier,
    linalg,
    numbers,
    products,
    reductions,
    shapes,
)
from autodiff_sst.rules.definitions import (
    algebra,
    arrays,
    changes,
    making,
    sets,
    statistics,
    vectors,
)
from autodiff_sst.rules.definitions import fourier as more_fourier
from autodiff_sst.rules.definitions import numbers as more_numbers
from autodiff_sst.rules.definitions import reductions as more_reductions

RULES = (
    *(directions, elementwise, fourier, linalg, numbers, products, reductions, shapes),
    *(algebra, arrays, changes, making, more_fourier, more_numbers, more_reductions),
    *(sets, statistics, vectors),
)
