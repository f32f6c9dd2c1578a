"""Rules for SciPy: value, differences, both modes, second order; every rule has a case."""

from typing import Any

import numpy as np
import pytest
from scipy import linalg, signal, special, stats

import autodiff_sst as ad
from autodiff_sst.rules.definitions import definition_of, definitions
from autodiff_sst.rules.registry import find, rules
from autodiff_sst.runtime import special as parts
from tests.rules.check import Plain, check_rule

assert find(special.erf) and definition_of(stats.norm.pdf)  # loads them

A, B, C = 0.7, 1.3, 2.4
V, W = np.array([0.3, 0.65, 0.9]), np.array([1.2, 2.5, 0.4])
X = np.array([-1.3, 0.4, 2.2])
P = np.array([0.2, 0.55, 0.83])
ONE = [(0.4,), (V,)]
REAL = [(0.4,), (X,)]
PARTS = [(V, k) for k in range(2)]
ORDERS = [(0, V), (1, V), (2, W), (Plain(1.5), W)]
DEGREES = [(0, V), (1, V), (2, V), (4, X / 3)]

RULES: dict[Any, list[Any]] = {
    **dict.fromkeys((special.cbrt, special.logit, special.log1p, special.entr, special.psi), ONE),
    **dict.fromkeys((special.gamma, special.gammaln, special.rgamma, special.erfinv), ONE),
    **dict.fromkeys((special.erfcinv, special.ndtri, special.exp1, special.expi), ONE),
    **dict.fromkeys((special.spence, special.ellipk, special.ellipe, special.ellipkm1), ONE),
    **dict.fromkeys((special.y0, special.y1, special.k0, special.k1, special.k0e), ONE),
    **dict.fromkeys((special.k1e, special.ker, special.kei, special.kerp, special.keip), ONE),
    **dict.fromkeys((special.exp2, special.exp10, special.expm1, special.cosm1), REAL),
    **dict.fromkeys((special.exprel, special.sindg, special.cosdg, special.expit), REAL),
    **dict.fromkeys((special.log_expit, special.erf, special.erfc, special.erfcx), REAL),
    **dict.fromkeys((special.erfi, special.dawsn, special.ndtr, special.log_ndtr), REAL),
    **dict.fromkeys((special.wrightomega, special.j0, special.j1, special.i0, special.i1), REAL),
    **dict.fromkeys((special.i0e, special.i1e, special.tandg), REAL),
    **{f: [(W,)] for f in (special.cotdg, special.ber, special.bei, special.berp, special.beip)},
    special.ndtri_exp: [(-W,)],
    special.powm1: [(W, V)],
    special.radian: [(10.0, 20.0, 30.0), (W, 2.0, V)],
    special.xlogy: [(V, W)],
    special.xlog1py: [(V, W)],
    special.rel_entr: [(V, W)],
    special.kl_div: [(V, W)],
    special.huber: [(A, X), (W, 0.2)],
    special.pseudo_huber: [(A, X)],
    special.boxcox: [(W, 0.7), (W, V), (W, Plain(0.0))],
    special.boxcox1p: [(V, 0.7), (V, Plain(0.0))],
    special.inv_boxcox: [(V, 0.7), (V, Plain(0.0))],
    special.inv_boxcox1p: [(V, 0.7)],
    special.loggamma: [(W,)],
    special.polygamma: [(1, W), (0, V)],
    special.zeta: [(3, W)],
    special.poch: [(W, V)],
    special.binom: [(4.5, V), (W + 3, 2.0)],
    special.beta: [(V, W)],
    special.betaln: [(V, W)],
    special.gammainc: [(W, V), (B, 30.0), (5.5, W)],
    special.gammaincc: [(W, V)],
    special.betainc: [(Plain(1.5), Plain(0.7), P)],
    special.betaincc: [(Plain(1.5), Plain(0.7), P)],
    special.betaincinv: [(Plain(1.5), Plain(0.7), P)],
    special.wofz: [],  # complex: in a program below, as hankel1 and hankel2
    special.hankel1: [],
    special.hankel2: [],
    special.owens_t: [(X, V)],
    parts.gammainc_slope: [(Plain(1.5), V, 1)],
    parts.betainc_slope: [(Plain(1.5), Plain(0.7), P, k) for k in (0, 1)],
    parts.fresnel_part: PARTS,
    parts.sici_part: [(W, k) for k in range(4)],
    parts.airy_part: [(X, k) for k in range(4)],
    parts.airye_part: [(W, k) for k in range(4)],
    parts.amplitude: [(V, 0.4), (A, P)],
    special.expn: [(2, W), (3, V)],
    special.lambertw: [],
    special.stdtr: [(Plain(3.5), X)],
    special.stdtrit: [(Plain(3.5), P)],
    **dict.fromkeys((special.jv, special.yv, special.iv, special.kv, special.jve), ORDERS),
    **dict.fromkeys((special.yve, special.ive, special.kve, special.struve), ORDERS),
    special.modstruve: ORDERS,
    special.yn: ORDERS[:3],
    special.kn: ORDERS[:3],
    **{f: [(1, W), (2, W, 2)] for f in (special.jvp, special.yvp, special.ivp, special.kvp)},
    **{
        f: [(0, W), (2, W), (1, W, True)]
        for f in (special.spherical_jn, special.spherical_yn, special.spherical_in)
    },
    special.spherical_kn: [(0, W), (2, W), (1, W, True)],
    **dict.fromkeys((special.eval_legendre, special.eval_chebyt, special.eval_chebyu), DEGREES),
    **dict.fromkeys((special.eval_laguerre, special.eval_hermite), DEGREES),
    **dict.fromkeys((special.eval_hermitenorm, special.eval_sh_legendre), DEGREES),
    special.eval_jacobi: [(n, Plain(0.5), Plain(1.5), V) for n in (0, 1, 3)],
    special.eval_gegenbauer: [(n, Plain(0.5), V) for n in (0, 1, 3)],
    special.eval_genlaguerre: [(n, Plain(0.5), V) for n in (0, 1, 3)],
    special.lpmv: [(1, 3, V), (0, 2, V)],
    special.hyp0f1: [(Plain(1.5), X)],
    special.hyp1f1: [(Plain(1.5), Plain(2.5), X), (0.7, 2.3, X), (-2.0, W, -1.3)],
    parts.hyp1f1_part: [(Plain(1.5), Plain(0.7), X, 0, 1, 1)],
    parts.sph_legendre: [(3, m, V) for m in (0, 1, -2, 3)],
    special.hyp2f1: [(Plain(1.5), Plain(0.5), Plain(2.5), X / 4)],
    special.hyperu: [(Plain(1.5), Plain(0.5), W)],
    special.ellipkinc: [(V, 0.4), (V, P)],
    special.ellipeinc: [(V, 0.4)],
    special.elliprf: [(A, B, C), (W, V, 3.0)],
    special.elliprd: [(A, B, C)],
    special.elliprg: [(A, B, C)],
    special.elliprc: [(A, B)],
}
# A series gives their slope by the parameters, of which only the mixed derivatives are known.
FIRST_ORDER: dict[Any, list[Any]] = {
    special.betainc: [(W, V, P), (30.0, 2.5, 0.9)],
    special.betaincc: [(W, V, P)],
    special.betaincinv: [(W, V, P)],
    special.betainccinv: [(W, V, P)],
    special.gammaincinv: [(W, P)],
    special.gammainccinv: [(W, P)],
    parts.gammainc_slope: [(Plain(1.5), W, 2)],
}
SQUARE = np.array([[2.0, 0.3, -0.4], [0.5, 1.5, 0.2], [-0.1, 0.4, 1.8]])
SMALL = SQUARE[:2, :2] / 3
GAIN = np.array([[0.4], [1.1]])
RULES |= {
    **{f: [(SMALL,), (SQUARE,)] for f in (linalg.expm, linalg.logm, linalg.sinm, linalg.cosm)},
    linalg.sqrtm: [(SQUARE,)],
    linalg.solve_sylvester: [(SQUARE, SMALL, np.outer(X, V[:2]))],
    linalg.solve_discrete_lyapunov: [(SMALL, SMALL.T + np.eye(2))],
    linalg.solve_continuous_are: [(SMALL, GAIN, Plain(np.eye(2)), Plain(np.eye(1)))],
    linalg.solve_discrete_are: [(SMALL, GAIN, Plain(np.eye(2)), Plain(np.eye(1)))],
}
RULES.setdefault(special.betainccinv, [])
if hasattr(special, "softplus"):
    RULES[special.softplus] = REAL
RULES.setdefault(special.gammaincinv, [])
RULES.setdefault(special.gammainccinv, [])


def module_of(rule: Any) -> str:
    return str(rule.template.__module__)


def test_every_rule_has_cases() -> None:
    ours = {f for f, found in rules().items() if ".rules.scipy." in module_of(found[0])}
    assert ours <= {*RULES}
    assert all(RULES[f] or f in FIRST_ORDER or f in COMPLEX for f in ours)


CASES = [
    pytest.param(f, args, order, id=f"{f.__name__}-{order}-{k}")
    for order, table in ((2, RULES), (1, FIRST_ORDER))
    for f, cases in table.items()
    for k, args in enumerate(cases)
]


@pytest.mark.parametrize(("function", "args", "order"), CASES)
def test_rule(function: Any, args: Any, order: int) -> None:
    with np.errstate(all="ignore"):
        check_rule(function, *args, order=order)


# Complex inside


def of_wofz(x: Any) -> Any:
    return np.real(special.wofz(x + 0.3j * x))


def of_hankel(x: Any) -> Any:
    return np.real(special.hankel1(1, x) * special.hankel2(2, x) * (1 + 2j))


def of_lambert(x: Any) -> Any:
    return np.real(special.lambertw(x * (1 + 0.5j))) + np.imag(special.lambertw(x + 0j, 1))


COMPLEX: dict[Any, Any] = {
    special.wofz: of_wofz,
    special.hankel1: of_hankel,
    special.hankel2: of_hankel,
    special.lambertw: of_lambert,
}


def check(function: Any, *args: Any) -> None:
    rng = np.random.default_rng(3)
    value, pullback = ad.vjp(function, *args)
    expected = function(*args)
    np.testing.assert_allclose(value, expected, rtol=1e-10, atol=1e-12)
    y_bar = rng.normal(size=np.shape(value))[()]
    dots = tuple(rng.normal(size=np.shape(a))[()] for a in args)

    def along(s: float) -> Any:
        return np.sum(function(*(a + s * d for a, d in zip(args, dots, strict=True))) * y_bar)

    given = sum(np.sum(b * d) for b, d in zip(pullback(y_bar), dots, strict=True))
    np.testing.assert_allclose(given, (along(1e-6) - along(-1e-6)) / 2e-6, rtol=1e-5, atol=1e-7)
    _, y_dot = ad.jvp(function, args, dots)
    np.testing.assert_allclose(np.sum(y_dot * y_bar), given, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("function", dict.fromkeys(COMPLEX.values()))
def test_complex(function: Any) -> None:
    check(function, W)


Q = np.array([0.2, 0.55, 0.83])
K = np.array([0, 1, 3])
S = np.array([[2.0, 0.3], [0.3, 1.0]])
LOC_SCALE = (X, 0.2, 1.3)
MORE: dict[Any, tuple[Any, ...]] = {
    special.logsumexp: (np.outer(X, V),),
    special.softmax: (np.outer(X, V),),
    special.log_softmax: (X,),
    special.multigammaln: (W + 2, Plain(2)),
    special.comb: (W + 3, V),
    special.factorial: (W,),
    special.fresnel: (V,),
    special.sici: (W,),
    special.shichi: (W,),
    special.airy: (X,),
    special.airye: (W,),
    special.ellipj: (V, 0.4),
    special.assoc_laguerre: (V, Plain(3), Plain(0.5)),
    special.diric: (X, Plain(4)),
    special.agm: (V, W),
    special.voigt_profile: (X, 0.7, 1.1),
    special.chdtr: (W, V),
    special.chdtrc: (W, V),
    special.chdtri: (W, Q),
    special.gdtr: (V, W, 1.3),
    special.gdtrc: (V, W, 1.3),
    special.pdtr: (Plain(2), W),
    special.pdtrc: (Plain(2), W),
    special.bdtr: (Plain(2), Plain(5), Q),
    special.bdtrc: (Plain(2), Plain(5), Q),
    special.fdtr: (W, V, 1.3),
    special.fdtrc: (W, V, 1.3),
    stats.zscore: (X,),
    stats.sem: (X,),
    stats.poisson.entropy: (2.5,),
    stats.dirichlet.logpdf: (Plain(P / np.sum(P)), W),
    stats.dirichlet.pdf: (Plain(P / np.sum(P)), W),
    stats.multivariate_normal.logpdf: (X[:2], V[:2], S),
    stats.multivariate_normal.pdf: (np.outer(X, V[:2]), V[:2], S),
    stats.multivariate_normal.entropy: (Plain(None), S),
}
for name in ["logpdf", "pdf", "cdf", "sf", "logcdf", "logsf"]:
    for law, args in (
        ("norm", LOC_SCALE), ("cauchy", LOC_SCALE), ("gumbel_r", LOC_SCALE),
        ("gumbel_l", LOC_SCALE), ("laplace", LOC_SCALE), ("logistic", LOC_SCALE),
        ("uniform", (V, 0.1, 1.7)), ("expon", (V, 0.1, 1.3)), ("lognorm", (W, 0.6, 0.1, 1.3)),
        ("gamma", (W, 1.4, 0.1, 1.3)), ("chi2", (W, 2.5, 0.1, 1.3)),
        ("beta", (P, 1.5, 0.7, 0.01, 1.3)), ("gennorm", (X, 1.6, 0.1, 1.3)),
        ("pareto", (W + 2, 1.5, 0.1, 1.3)), ("truncnorm", (X / 2, -1.5, 1.9, 0.1, 1.3)),
        ("vonmises", (X, 1.5)), ("wrapcauchy", (W, 0.4)),
    ):  # fmt: skip
        MORE[getattr(getattr(stats, law), name)] = args
for name in ("pdf", "logpdf"):
    MORE[getattr(stats.t, name)] = (X, 3.5, 0.1, 1.3)
for name in ("cdf", "logcdf"):
    MORE[getattr(stats.t, name)] = (X, Plain(3.5), 0.1, 1.3)
for name in ("ppf", "isf"):
    for law in (stats.norm, stats.cauchy, stats.logistic, stats.gumbel_r, stats.gumbel_l):
        MORE[getattr(law, name)] = (Q, 0.2, 1.3)
    MORE[getattr(stats.uniform, name)] = MORE[getattr(stats.expon, name)] = (Q, 0.2, 1.3)
    MORE[getattr(stats.pareto, name)] = (Q, 1.5, 0.2, 1.3)
for name in ("pmf", "logpmf"):
    MORE |= {
        getattr(stats.bernoulli, name): (Plain(np.array([0, 1])), 0.3),
        getattr(stats.binom, name): (Plain(K), Plain(5), 0.3),
        getattr(stats.nbinom, name): (Plain(K), 2.5, 0.3),
        getattr(stats.betabinom, name): (Plain(K), Plain(5), 1.5, 0.7),
        getattr(stats.geom, name): (Plain(K + 1), 0.3),
        getattr(stats.poisson, name): (Plain(K), 1.7),
    }
MORE |= {stats.poisson.cdf: (Plain(K), 1.7), stats.bernoulli.cdf: (Plain(K), 0.3)}
TALL = np.outer(X, V) + np.array([[0.0, 1.0, 0.2], [0.3, 0.0, 1.0], [0.1, 0.2, 0.3]])
TALL = np.concatenate([TALL, SQUARE[:1]])[:, :2]
OTHER = TALL[::-1] ** 2 - 0.3 * TALL
SYMMETRIC = SQUARE + SQUARE.T
SIGNAL = np.sin(np.arange(12.0)) + 0.1 * np.arange(12.0)
MORE |= {
    **dict.fromkeys((linalg.inv, linalg.det, linalg.norm, linalg.pinv, linalg.lu), (SQUARE,)),
    **dict.fromkeys((linalg.lu_factor, linalg.qr, linalg.rq, linalg.svd, linalg.polar), (SQUARE,)),
    **dict.fromkeys((linalg.tanhm, linalg.tanm, linalg.sinhm, linalg.coshm), (SQUARE,)),
    **dict.fromkeys((linalg.pinvh, linalg.cholesky, linalg.cho_factor, linalg.eigh), (SYMMETRIC,)),
    linalg.solve: (SQUARE, X),
    linalg.lstsq: (TALL, np.append(X, 0.3)),
    linalg.solve_triangular: (SQUARE, X),
    linalg.cho_solve: (Plain((np.linalg.cholesky(SYMMETRIC), True)), X),
    linalg.lu_solve: (Plain(linalg.lu_factor(SQUARE)), X),
    linalg.svdvals: (TALL,),
    linalg.eigvalsh: (SYMMETRIC,),
    linalg.eigh_tridiagonal: (X, V[:2]),
    linalg.eigvalsh_tridiagonal: (X, V[:2]),
    linalg.orthogonal_procrustes: (TALL, OTHER),
    linalg.subspace_angles: (TALL, OTHER),
    linalg.expm_frechet: (SMALL, SQUARE[1:, 1:]),
    linalg.fractional_matrix_power: (SYMMETRIC, Plain(0.3)),
    linalg.solve_continuous_lyapunov: (SQUARE, SYMMETRIC),
    linalg.toeplitz: (X, V),
    linalg.circulant: (X,),
    linalg.hankel: (X, V),
    linalg.companion: (W,),
    linalg.fiedler: (X,),
    linalg.fiedler_companion: (np.append(W, 0.3),),
    linalg.convolution_matrix: (X, Plain(4)),
    linalg.leslie: (X, V[:2]),
    linalg.diagsvd: (V[:2], Plain(3), Plain(2)),
    linalg.block_diag: (SMALL, X, SQUARE),
    linalg.khatri_rao: (SMALL, TALL),
    linalg.solve_banded: (Plain((1, 1)), np.stack([X, W + 3, V]), V),
    linalg.solveh_banded: (np.stack([V, W + 3]), X),
    linalg.solve_circulant: (W + np.array([5.0, 0.0, 0.0]), X),
    linalg.solve_toeplitz: (W + np.array([5.0, 0.0, 0.0]), X),
    linalg.matmul_toeplitz: (W, X),
    **dict.fromkeys((signal.convolve, signal.fftconvolve, signal.oaconvolve), (SIGNAL, X)),
    signal.correlate: (SIGNAL, X),
    signal.convolve2d: (TALL, SMALL),
    signal.correlate2d: (TALL, SMALL),
    signal.lfilter: (V[:2], np.array([1.0, -0.4]), SIGNAL),
    signal.detrend: (SIGNAL,),
}
# Complex, or with frequencies beside the spectrum: as programs below.
ELSEWHERE = {linalg.eig, linalg.eigvals, signal.welch, signal.csd, signal.stft, signal.istft}
ELSEWHERE |= {getattr(special, "sph_harm_y", signal.istft)}
if hasattr(special, "legendre_p"):  # SciPy 1.15
    MORE |= {
        special.legendre_p: (Plain(3), V),
        special.assoc_legendre_p: (Plain(3), Plain(-2), V),
        special.sph_legendre_p: (Plain(3), Plain(1), V),
    }
# Of probabilities, which sum to 1.
ELSEWHERE |= {stats.multinomial.logpmf, stats.multinomial.pmf}


def of_eig(x: Any) -> Any:
    a = np.reshape(
        np.outer(x, W) + np.array([[0.2, 1.0, 0.1], [-1.3, 0.4, 0.3], [0.2, 0.1, 2.0]]), (3, 3)
    )
    w, v = linalg.eig(a)
    return np.sum(np.abs(w + 1.0) ** 3) + np.sum(np.real(linalg.eigvals(a @ a))) + np.sum(np.abs(v))


def of_spectra(x: Any) -> Any:
    first = signal.welch(x, nperseg=6)[1]
    second = np.abs(signal.csd(x, x * x, nperseg=5)[1])
    return (
        np.sum(first * first) + np.sum(second) + np.sum(np.abs(signal.stft(x, nperseg=4)[2]) ** 2)
    )


def of_a_signal(x: Any) -> Any:
    first = signal.istft(np.reshape(x[:6], (3, 2)) * (1 + 0.5j), nperseg=4)[1]
    second = signal.istft(np.reshape(x[:6], (3, 2)) ** 2, 2.0, "hamming", noverlap=1)
    third = signal.istft(np.reshape(x[:6], (2, 3)), 1.0, "boxcar", boundary=False)[1]
    return np.sum(first**3) + np.sum(second[1] * second[0]) + np.sum(third**2)


def of_harmonics(x: Any) -> Any:
    orders = np.array([0, 1, -2])
    y = special.sph_harm_y(3, orders, x, x[::-1]) * (1 + x * 1j)
    return np.sum(np.abs(y + x) ** 2)


def of_probabilities(x: Any) -> Any:
    p = x * x / np.sum(x * x)
    return stats.multinomial.logpmf([1, 2, 0], 3, p) + stats.multinomial.pmf([2, 0, 1], 3, p)


@pytest.mark.parametrize(
    ("function", "x"),
    [(of_eig, X), (of_spectra, SIGNAL), (of_a_signal, SIGNAL), (of_probabilities, W)]
    + ([(of_harmonics, W)] if hasattr(special, "sph_harm_y") else []),
)
def test_programs(function: Any, x: Any) -> None:
    check(function, x)
    along = np.cos(np.arange(np.size(x)))
    step = 1e-5
    expected = (ad.grad(function)(x + step * along) - ad.grad(function)(x - step * along)) / (
        2 * step
    )
    np.testing.assert_allclose(ad.hvp(function)(x, along), expected, rtol=1e-4, atol=1e-5)


DEFINED = [
    f
    for f in definitions()
    if ".rules.scipy." in definition_of(f).__module__ and f not in ELSEWHERE
]


@pytest.mark.parametrize("function", DEFINED, ids=lambda f: str(f).split(" at 0x")[0])
def test_definition(function: Any) -> None:
    args = MORE[function]
    fixed = {k: a.value for k, a in enumerate(args) if isinstance(a, Plain)}
    several = isinstance(function(*(getattr(a, "value", a) for a in args)), tuple)
    names = [f"x{k}" if k not in fixed else f"c{k}" for k in range(len(args))]
    call = f"f({', '.join(names)})"
    body = f"sum([(k + 1) * np.sum(y) for k, y in enumerate({call})])" if several else call
    program = made_from(
        f"lambda {', '.join(n for n in names if n[0] == 'x')}: {body}",
        {"f": function, "np": np, **{f"c{k}": v for k, v in fixed.items()}},
    )
    with np.errstate(all="ignore"):
        check(program, *(a for k, a in enumerate(args) if k not in fixed))


def made_from(text: str, names: dict[str, Any]) -> Any:
    """A function of a text, whose source can be read."""
    import linecache

    file = f"<case {len(linecache.cache)}>"
    linecache.cache[file] = (len(text), None, [f"program = {text}\n"], file)
    exec(compile(f"program = {text}\n", file, "exec"), names)
    return names["program"]
