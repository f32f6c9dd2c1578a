"""The same programs by autograd and JAX, where these are installed.

Both run a program in whose module `np` is theirs; that is how their users write. JAX's is compiled.
PyTorch and TensorFlow have other names for the functions: programs would have to be rewritten.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from types import FunctionType
from typing import Any

import autodiff_sst as ad
from benchmarks.kernels.kernel import Kernel


def peers(kernel: Kernel) -> dict[str, Callable[..., Any]]:
    found: dict[str, Callable[..., Any]] = {}
    if not kernel.peers:
        return found
    if importlib.util.find_spec("autograd") and kernel.transform is ad.grad:
        grad = importlib.import_module("autograd").grad
        found["autograd"] = grad(_on(kernel.primal, "autograd.numpy"), kernel.argnums)
    if importlib.util.find_spec("jax"):
        jax = importlib.import_module("jax")
        jax.config.update("jax_enable_x64", True)
        transforms = {ad.grad: jax.grad, ad.jacobian: jax.jacobian, ad.hessian: jax.hessian}
        if kernel.transform in transforms:
            made = jax.jit(
                transforms[kernel.transform](_on(kernel.primal, "jax.numpy"), kernel.argnums)
            )
            found["jax"] = lambda *args: jax.block_until_ready(made(*args))
    return found


def _on(primal: Any, numpy: str) -> Any:
    """The program, with another module as its `np`."""
    names = {**primal.__globals__, "np": importlib.import_module(numpy)}
    for name, value in names.items():
        if isinstance(value, FunctionType) and value.__module__ == primal.__module__:
            names[name] = FunctionType(value.__code__, names, name, value.__defaults__)
    return FunctionType(primal.__code__, names, primal.__name__, primal.__defaults__)
