"""Automatic differentiation of Python functions, from source to readable source."""

from autodiff_sst.api import (
    adjoint,
    batch_jacobian,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    nondifferentiable,
    tangent,
    value_and_grad,
    vjp,
)
from autodiff_sst.catalogue import RuleInfo
from autodiff_sst.checks import check_grads
from autodiff_sst.derivative import Derivative
from autodiff_sst.errors import (
    AutodiffError,
    GradientMismatchError,
    MissingRuleError,
    NonDifferentiableInputError,
    NonScalarOutputError,
    SourceUnavailableError,
    TapeError,
    UnsupportedSyntaxError,
)
from autodiff_sst.markers import checkpoint, custom_gradient, insert_grad_of, stop_gradient
from autodiff_sst.tape.differentiable import differentiable
from autodiff_sst.tape.gradient_tape import GradientTape
from autodiff_sst.tape.tensor import Variable, constant

# The function in the place of the package of that name, whose modules imports still find.
from autodiff_sst.catalogue import rules  # isort: skip

__version__ = "0.1.0"

__all__ = [
    "AutodiffError",
    "Derivative",
    "GradientMismatchError",
    "GradientTape",
    "MissingRuleError",
    "NonDifferentiableInputError",
    "NonScalarOutputError",
    "RuleInfo",
    "SourceUnavailableError",
    "TapeError",
    "UnsupportedSyntaxError",
    "Variable",
    "adjoint",
    "batch_jacobian",
    "check_grads",
    "checkpoint",
    "constant",
    "custom_gradient",
    "differentiable",
    "grad",
    "hessian",
    "hvp",
    "insert_grad_of",
    "jacobian",
    "jvp",
    "nondifferentiable",
    "rules",
    "stop_gradient",
    "tangent",
    "value_and_grad",
    "vjp",
]
