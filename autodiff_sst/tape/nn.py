"""Layers, activations and optimisers, as scripts for TensorFlow use them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff_sst.markers import stop_gradient
from autodiff_sst.tape.tensor import Tensor, Variable, constant, unwrapped

_random = [np.random.default_rng()]


def tensor(x: Any) -> Any:
    return x if isinstance(x, Tensor) else constant(x)


# Activations


def relu(x: Any) -> Any:
    x = tensor(x)
    return np.where(x > 0, x, np.zeros_like(unwrapped(x)))


def elu(x: Any, alpha: float = 1.0) -> Any:
    x = tensor(x)
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0.0)))


def sigmoid(x: Any) -> Any:
    return 0.5 * (np.tanh(0.5 * tensor(x)) + 1.0)  # exp overflows for large arguments


def tanh(x: Any) -> Any:
    return np.tanh(tensor(x))


def softplus(x: Any) -> Any:
    return np.logaddexp(tensor(x), np.zeros_like(unwrapped(tensor(x))))


def softsign(x: Any) -> Any:
    x = tensor(x)
    return x / (1.0 + np.absolute(x))


def selu(x: Any) -> Any:
    # Klambauer et al., "Self-normalizing neural networks" (2017).
    return 1.0507009873554805 * elu(x, 1.6732632423543772)


def leaky_relu(x: Any, alpha: float = 0.2) -> Any:
    x = tensor(x)
    return np.where(x > 0, x, alpha * x)


def swish(x: Any) -> Any:
    return tensor(x) * sigmoid(x)


def gelu(x: Any, approximate: bool = False) -> Any:
    # Hendrycks and Gimpel, "Gaussian error linear units" (2016): the form with tanh.
    x = tensor(x)
    return 0.5 * x * (1.0 + np.tanh(0.7978845608028654 * (x + 0.044715 * x**3)))


def softmax(x: Any, axis: int = -1) -> Any:
    x = tensor(x)
    e = np.exp(x - stop_gradient(np.max(x, axis=axis, keepdims=True)))
    return e / np.sum(e, axis=axis, keepdims=True)


def log_softmax(x: Any, axis: int = -1) -> Any:
    x = tensor(x)
    shifted = x - stop_gradient(np.max(x, axis=axis, keepdims=True))
    return shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))


def softmax_cross_entropy_with_logits(labels: Any, logits: Any, axis: int = -1) -> Any:
    return -np.sum(tensor(labels) * log_softmax(logits, axis), axis=axis)


def sparse_softmax_cross_entropy_with_logits(labels: Any, logits: Any) -> Any:
    logits = tensor(logits)
    chosen = np.eye(logits.shape[-1], dtype=logits.dtype)[np.asarray(unwrapped(labels))]
    return -np.sum(chosen * log_softmax(logits), axis=-1)


def sigmoid_cross_entropy_with_logits(labels: Any, logits: Any) -> Any:
    x = tensor(logits)
    return relu(x) - x * tensor(labels) + np.log1p(np.exp(-np.absolute(x)))


def l2_loss(x: Any) -> Any:
    return 0.5 * np.sum(tensor(x) ** 2)


ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    **{f.__name__: f for f in (relu, elu, sigmoid, tanh, softplus, softsign, selu, swish, gelu)},
    **{"softmax": softmax, "linear": tensor, "leaky_relu": leaky_relu},
}


def activation_of(given: Any) -> Callable[[Any], Any]:
    if given is None:
        return tensor
    return ACTIVATIONS[given] if isinstance(given, str) else given


# Layers


class Layer:
    """A function with variables that are made when it is first called."""

    trainable = True

    def __init__(self, name: str | None = None) -> None:
        self.name = name or type(self).__name__.lower()
        self.built = False
        self._weights: list[Variable] = []

    def add_weight(
        self, name: str = "weight", shape: Any = (), initializer: Any = "zeros",
        trainable: bool = True, **_: Any,
    ) -> Variable:  # fmt: skip
        shape = tuple(int(n) for n in shape)
        made = Variable(initialised(initializer, shape), trainable, name)
        self._weights.append(made)
        return made

    def build(self, shape: tuple[int, ...]) -> None:
        """Makes the variables for arguments of a shape."""

    def call(self, x: Any) -> Any:
        raise NotImplementedError

    def __call__(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        x = tensor(x)
        if not self.built:
            self.build(x.shape)
            self.built = True
        return self.call(x, *args, **kwargs)

    @property
    def variables(self) -> list[Variable]:
        inner = [v for layer in self._layers() for v in layer.variables]
        own = [v for v in vars(self).values() if isinstance(v, Variable)]
        return unique([*self._weights, *own, *inner])

    @property
    def weights(self) -> list[Variable]:
        return self.variables

    @property
    def trainable_variables(self) -> list[Variable]:
        return [v for v in self.variables if v.trainable] if self.trainable else []

    @property
    def trainable_weights(self) -> list[Variable]:
        return self.trainable_variables

    def _layers(self) -> list[Layer]:
        found: list[Layer] = []
        for value in vars(self).values():
            found += [v for v in (value if isinstance(value, list) else [value])
                      if isinstance(v, Layer)]  # fmt: skip
        return found


def unique(variables: list[Variable]) -> list[Variable]:
    return list({id(v): v for v in variables}.values())


def initialised(kind: Any, shape: tuple[int, ...]) -> Any:
    if callable(kind):
        return np.asarray(unwrapped(kind(shape)), np.float32)
    if kind in ("zeros", "ones"):
        return (np.zeros if kind == "zeros" else np.ones)(shape, np.float32)
    ins, outs = (shape[0], shape[-1]) if shape else (1, 1)
    limit = np.sqrt(6.0 / (ins + outs))  # Glorot and Bengio (2010)
    return _random[0].uniform(-limit, limit, shape).astype(np.float32)


class Dense(Layer):
    """`activation(x @ kernel + bias)`; `kernel: (ins, units)`, `bias: (units,)`."""

    def __init__(
        self, units: int, activation: Any = None, use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform", bias_initializer: Any = "zeros",
        name: str | None = None, **_: Any,
    ) -> None:  # fmt: skip
        super().__init__(name)
        self.units = units
        self.activation = activation_of(activation)
        self.use_bias = use_bias
        self._initializers = (kernel_initializer, bias_initializer)

    def build(self, shape: tuple[int, ...]) -> None:
        kernel, bias = self._initializers
        self.kernel = self.add_weight("kernel", (shape[-1], self.units), kernel)
        if self.use_bias:
            self.bias = self.add_weight("bias", (self.units,), bias)

    def call(self, x: Any) -> Any:
        y = x @ self.kernel
        return self.activation(y + self.bias if self.use_bias else y)


class BatchNormalization(Layer):
    """Items in units of the batch's deviation (Ioffe and Szegedy, 2015); `training=False` uses the
    averages that earlier batches have left."""

    def __init__(
        self, momentum: float = 0.99, epsilon: float = 1e-3, name: str | None = None
    ) -> None:
        super().__init__(name)
        self.momentum = momentum
        self.epsilon = epsilon

    def build(self, shape: tuple[int, ...]) -> None:
        own = (shape[-1],)
        self.gamma = self.add_weight("gamma", own, "ones")
        self.beta = self.add_weight("beta", own, "zeros")
        self.moving_mean = self.add_weight("moving_mean", own, "zeros", trainable=False)
        self.moving_variance = self.add_weight("moving_variance", own, "ones", trainable=False)

    def call(self, x: Any, training: bool = False) -> Any:
        mean: Any = self.moving_mean
        variance: Any = self.moving_variance
        if training:
            axes = tuple(range(x.ndim - 1))
            mean, variance = np.mean(x, axis=axes), np.var(x, axis=axes)
            for average, new in ((self.moving_mean, mean), (self.moving_variance, variance)):
                kept = self.momentum * average.value + (1 - self.momentum) * unwrapped(new)
                average.assign(kept)
        return (x - mean) / np.sqrt(variance + self.epsilon) * self.gamma + self.beta


class Flatten(Layer):
    def call(self, x: Any) -> Any:
        return np.reshape(x, (x.shape[0], -1))


class Activation(Layer):
    def __init__(self, activation: Any) -> None:
        super().__init__()
        self.activation = activation_of(activation)

    def call(self, x: Any) -> Any:
        return self.activation(x)


class Sequential(Layer):
    """Layers one after another."""

    def __init__(self, layers: Any = (), name: str | None = None) -> None:
        super().__init__(name)
        self.layers = list(layers)

    def add(self, layer: Layer) -> None:
        self.layers.append(layer)

    def call(self, x: Any, **_: Any) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x


# Optimisers


class SGD:
    def __init__(self, learning_rate: float = 0.01, momentum: float = 0.0) -> None:
        self.learning_rate = learning_rate
        self.momentum = momentum
        self._velocity: dict[int, Any] = {}

    def apply_gradients(self, pairs: Any) -> None:
        """Takes a step along `(gradient, variable)` pairs."""
        for gradient, variable in pairs:
            if gradient is not None:
                self.step(np.asarray(unwrapped(gradient)), variable)

    def step(self, gradient: Any, variable: Variable) -> None:
        change = -self.learning_rate * gradient
        if self.momentum:
            change = change + self.momentum * self._velocity.get(id(variable), 0.0)
            self._velocity[id(variable)] = change
        variable.assign_add(change)


class Adam(SGD):
    """Kingma and Ba, "Adam: a method for stochastic optimization" (2015)."""

    def __init__(
        self, learning_rate: float = 1e-3, beta_1: float = 0.9, beta_2: float = 0.999,
        epsilon: float = 1e-7,
    ) -> None:  # fmt: skip
        super().__init__(learning_rate)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon
        self._state: dict[int, tuple[int, Any, Any]] = {}

    def step(self, gradient: Any, variable: Variable) -> None:
        t, m, v = self._state.get(id(variable), (0, 0.0, 0.0))
        t = t + 1
        m = self.beta_1 * m + (1 - self.beta_1) * gradient
        v = self.beta_2 * v + (1 - self.beta_2) * gradient**2
        self._state[id(variable)] = (t, m, v)
        rate = self.learning_rate * np.sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t)
        variable.assign_add(-rate * m / (np.sqrt(v) + self.epsilon))
