"""What is done with a container of arrays or numbers, and with what it holds: all methods and
operators, before and after a change in place: `python -m tests.operations FIRST COUNT`.
"""

from __future__ import annotations

import contextlib
import itertools
import random
import sys
from pathlib import Path
from typing import Any

import numpy as np

import autodiff_sst as ad
from tests.programs import load, main

HEAD = """import bisect
import copy
import functools
import heapq
import itertools
import math
import operator
from collections import ChainMap, Counter, OrderedDict, defaultdict, deque, namedtuple

import numpy as np

Pt = namedtuple("Pt", "a b")


class Ob:
    def __init__(self, a):
        self.a = a
        self.l = [a]

    def m(self):
        return self.a

    @property
    def p(self):
        return self.a


"""

MADE = {
    "list": "c = [y, z]",
    "list3": "c = [y, z, y]",
    "listloop": "c = []\nfor k in range(3):\n    c.append(x * k)\nc[0] = y",
    "rows": "c = [r for r in np.outer(x, x)]\nc[1] = y",
    "dict": "c = {'a': y, 'b': z}",
    "nested": "c = {'a': [y, z], 'b': [z]}",
    "tuple": "c = (y, z)",
    "deque": "c = deque([y, z])",
    "obj": "c = Ob(y)",
    "nt": "c = Pt(y, z)",
    "nlist": "c = [[y], [z, y]]",
    "scal": "c = [x[0], x[1] * 2, x[2]]",
    "sdict": "c = {'a': x[0], 'b': x[1] * 2}",
}

# By kinds of containers; a line for each.
DONE = {
    "list list3 rows listloop": r"""
v = c[0] ;; v = c[-1] ;; c[0] = z ;; c[0] += 1 ;; c[1] *= 2 ;; c[0], c[1] = c[1], c[0] ;;
v = c.pop() ;; v = c.pop(0) ;; c.append(y) ;; c.append(y.copy()) ;; c.extend([y, z]) ;;
c.extend(c[:1]) ;; c += [y] ;; c = c + [y] ;; c = c * 2 ;; c *= 2 ;; c.insert(0, y) ;;
c.insert(1, z * 2) ;; del c[0] ;; del c[1:] ;; c[1:] = [y] ;; c[:] = [y * 2] ;; c[:0] = [z] ;;
c.reverse() ;; c = c[::-1] ;; c = c[:] ;; c = list(c) ;; c = tuple(c) ;; c = c.copy() ;;
c = copy.copy(c) ;; c = copy.deepcopy(c) ;; c.clear() ;; c = [*c, y] ;; c = [r for r in c] ;;
c = [r * 2 for r in c] ;; c = list(reversed(c)) ;; c = [r for r in c if r[0] > 0] ;;
a, *b = c\nc = b ;; *b, a = c\nv = a ;; for r in c:\n    r *= 2 ;;
for k, r in enumerate(c):\n    c[k] = r * k ;; for k in range(len(c)):\n    c[k][0] = k ;;
for r in c:\n    r = r * 2 ;; c = list(map(np.sin, c)) ;; c = list(zip(c, c))[0] ;;
c = sorted(c, key=lambda r: r[0]) ;; c.sort(key=lambda r: -r[0]) ;;
v = max(c, key=lambda r: r[0]) ;; v = c[int(x[0] > 0)] ;; v = c[0][0] ;; c[0][1:] = c[1][1:] ;;
c[0][:] = c[1] ;; c = np.array(c) ;; c = np.stack(c) ;; v = sum(c) ;;
v = functools.reduce(np.add, c) ;; c = list(itertools.chain(c, [y])) ;;
c = dict(enumerate(c)) ;; c = deque(c) ;; d = c\nd.append(y) ;; d = c\nd[0] = z ;;
d = [c, c]\nd[0][0] = z ;; c = [c[0]] * 2 ;;
c = [[r] for r in c]\nc[0][0] = z\nc = [q[0] for q in c] ;;
if x[0] > 0:\n    c[0] = z\nelse:\n    c = [z] ;; if x[0] > 9:\n    c = [y] ;;
while len(c) > 1:\n    v = c.pop() ;;
try:\n    v = c[9]\nexcept IndexError:\n    c.append(y) ;; k = c.index(c[0]) ;;
v = c.count(1) ;; c[0] = c ;; c.append([y])\nc = c[:-1]
""",
    "dict": r"""
v = c['a'] ;; c['a'] = z ;; c['c'] = y ;; c['a'] += 1 ;; c['a'] = c['a'] * 2 ;;
v = c.pop('a') ;; v = c.pop('q', y) ;; del c['a'] ;; v = c.get('a') ;; v = c.get('q', z) ;;
v = c.setdefault('a', z) ;; v = c.setdefault('q', y) ;; c.update({'a': z}) ;; c.update(a=z) ;;
c.update(q=y) ;; c |= {'a': z} ;; c = c | {'q': y} ;; c = {**c, 'a': z} ;; c = dict(c) ;;
c = c.copy() ;; c = copy.deepcopy(c) ;; c.clear() ;; c = {k: w for k, w in c.items()} ;;
c = {k: w * 2 for k, w in c.items()} ;; for k in c:\n    c[k] *= 2 ;;
for k, w in c.items():\n    w *= 2 ;; for k in c:\n    c[k] = c[k] * 2 ;;
for w in c.values():\n    w[0] = 1.0 ;; v = list(c.values())[0] ;; v = list(c.items())[1][1] ;;
k, v = c.popitem() ;; v = [c[k] for k in sorted(c)][0] ;; d = c\nd['a'] = z ;;
c['a'], c['b'] = c['b'], c['a'] ;; v = max(c.values(), key=lambda w: w[0]) ;;
v = sum(c.values()) ;; v = c['a'][0] ;; c['a'][0] = 2.0 ;;
c['l'] = [y]\nc['l'].append(z)\nv = c.pop('l')[0] ;; if 'a' in c:\n    c['q'] = y ;;
c = OrderedDict(c) ;; c = defaultdict(lambda: z, c)\nv = c['q'] ;;
c = dict(zip(c.keys(), c.values())) ;; c = dict(c, q=y) ;; c = dict(sorted(c.items())) ;;
a, b = c.values()\nv = a ;; c = {w: c[w] for w in c} ;; v = next(iter(c.values())) ;;
c = ChainMap({}, c)\nv = c['a'] ;; match c:\n    case {'a': v}:\n        pass ;;
v = c[min(c)]
""",
    "nested": r"""
v = c['a'][0] ;; c['a'].append(y) ;; c['b'] = c['a'] ;; c['b'].extend(c['a']) ;;
c['a'][0] = z ;; c['a'][0] *= 2 ;; c['a'][0][0] = 1.0 ;; c['a'], c['b'] = c['b'], c['a'] ;;
for k in c:\n    c[k].append(y) ;; for q in c.values():\n    for r in q:\n        r *= 2 ;;
v = c.pop('a')[0] ;; c['a'] += [z] ;; c['q'] = [y] ;; c.setdefault('q', []).append(y) ;;
c.setdefault('a', []).append(y) ;; c = copy.deepcopy(c) ;;
c = copy.copy(c)\nc['a'].append(z) ;; c = {k: list(q) for k, q in c.items()} ;;
c = {k: sum(q) for k, q in c.items()} ;; del c['a'][0]
""",
    "tuple": r"""
v = c[0] ;; a, b = c\nv = a ;; c = c + (y,) ;; c = c * 2 ;; c = c[::-1] ;;
c = list(c)\nc[0] = z ;; for r in c:\n    r *= 2 ;; c = (c[1], c[0]) ;; c = (*c, y) ;;
v = sum(c) ;; c[0][0] = 1.0 ;; c = ((y, z), y)\nv = c[0][0] ;; c = tuple(r * 2 for r in c) ;;
c = sorted(c, key=lambda r: r[0]) ;; (a, b), d = c, y\na[0] = 1.0 ;;
v = c[0] if x[0] > 0 else c[1] ;; c = tuple(reversed(c)) ;; v = max(c, key=lambda r: r[1])
""",
    "deque": r"""
c.append(y) ;; c.appendleft(y) ;; v = c.pop() ;; v = c.popleft() ;; c.rotate(1) ;;
c.extend([z]) ;; c.extendleft([y, z]) ;; c[0] = z ;; c[0] *= 2 ;; v = c[-1] ;;
c = deque(c, maxlen=2)\nc.append(y) ;; for r in c:\n    r *= 2 ;; c.reverse() ;; c.clear() ;;
c = list(c) ;; v = c[0] ;; c.insert(1, y) ;; del c[0] ;; d = c\nd.append(y) ;;
while c:\n    v = c.popleft() ;; c += [y] ;; c = c.copy()\nc.append(z)
""",
    "obj": r"""
v = c.a ;; c.a = z ;; c.a *= 2 ;; c.a[0] = 1.0 ;; v = c.m() ;; v = c.p ;; v = c.l[0] ;;
c.l.append(z) ;; c.b = y ;; d = c\nd.a = z ;; d = copy.copy(c)\nd.a = z ;;
d = copy.copy(c)\nd.a[0] = 3.0 ;; d = copy.deepcopy(c)\nd.a[0] = 3.0 ;; v = getattr(c, 'a') ;;
setattr(c, 'a', z) ;; del c.l ;; v = vars(c)['a'] ;; c.a, c.l = z, [z] ;; c = [c, Ob(z)][0] ;;
q = [c, c]\nq[0].a = z ;; c.l[0][0] = 2.0 ;; if x[0] > 0:\n    c.a = z ;;
for k in range(2):\n    c.a = c.a * 2 ;; q = {'o': c}\nq['o'].a[1] = 1.0
""",
    "nt": r"""
v = c.a ;; v = c[0] ;; c = c._replace(a=z) ;; a, b = c\nv = b ;; c.a[0] = 1.0 ;;
v = c._asdict()['a'] ;; c = Pt(*c) ;; c = Pt(c.b, c.a) ;; for r in c:\n    r *= 2 ;;
c = Pt(b=c.a, a=c.b) ;; c = list(c)\nc[0] = z ;; v = sum(c)
""",
    "nlist": r"""
v = c[0][0] ;; c[0].append(z) ;; c[0] = c[1] ;; c[0], c[1] = c[1], c[0] ;; c[1][0] *= 2 ;;
c.append([y]) ;; c[0] += [z] ;; c = [q[:] for q in c]\nc[0][0] = z ;;
c = [r for q in c for r in q] ;; c = list(map(list, c)) ;; c = [*c[0], *c[1]] ;; c[1].pop() ;;
v = c[1].pop(0) ;; for q in c:\n    q[0] = q[0] * 2 ;; for q in c:\n    q[0] *= 2 ;;
c = copy.deepcopy(c)\nc[0][0][0] = 1.0 ;; c = [list(q) for q in zip(*[[y, z], [z, y]])] ;;
del c[0] ;; c = sum(c, []) ;; c[0].extend(c[1])
""",
    "scal": r"""
v = c[0] ;; c[0] = c[1] * 2 ;; c[0] += c[1] ;; c.append(c[0] * c[1]) ;; v = c.pop() ;;
c.insert(1, x[0] ** 2) ;; c.sort() ;; c.reverse() ;; c = sorted(c) ;;
c = sorted(c, reverse=True) ;; v = sum(c) ;; v = max(c) ;; v = min(c) ;;
c = [a * b for a, b in zip(c, c[1:])] ;; c[1:] = [c[0]] ;; c *= 2 ;; c = c[::2] ;;
v = functools.reduce(operator.mul, c) ;; c = list(itertools.accumulate(c)) ;;
c = list(itertools.accumulate(c, operator.mul)) ;; c = np.array(c) ;;
heapq.heapify(c)\nv = heapq.heappop(c) ;;
v = sum(a * b for a, b in itertools.combinations(c, 2)) ;;
v = sum(itertools.starmap(operator.mul, zip(c, c))) ;; c = [sum(c[:k]) for k in range(3)] ;;
v = np.mean(c) ;; v = np.dot(c, c) ;; a, b, d = c\nv = a * b * d ;; c = dict(enumerate(c)) ;;
del c[0] ;; c = [-a for a in c] ;; v = all(a > -9 for a in c) * c[0] ;; v = c[np.argmax(c)] ;;
v = c[c.index(max(c))] ;; bisect.insort(c, x[0] * x[1]) ;; c.extend(a * a for a in c[:2]) ;;
v = sum(a for a in c if a > 0) ;; c.remove(max(c)) ;; v = max(c, key=abs) ;;
c = [*map(lambda a: a * a, c)] ;; c = list(filter(lambda a: a > 0, c)) ;;
v = sum(a * b for a, b in itertools.product(c, c)) ;;
v = sum(a * b for a, b in itertools.pairwise(c)) ;;
v = sum(a * b for a, b in itertools.zip_longest(c, c[:1], fillvalue=1.0)) ;;
it = iter(c)\nv = next(it) * next(it) ;; v = sum(next(iter(c)) * a for a in c) ;;
c = list(dict.fromkeys(c)) ;; c = [c[k] for k in (2, 0)] ;;
for k, a in enumerate(c):\n    c[k] = a * a ;; while c[0] < 3:\n    c[0] += 0.7
""",
    "sdict": r"""
v = c['a'] * c['b'] ;; c['a'] += c['b'] ;; c['q'] = c['a'] * 2 ;; v = sum(c.values()) ;;
v = max(c.values()) ;; v = c[max(c, key=c.get)] ;; c = {k: w * w for k, w in c.items()} ;;
v = sum(len(k) * w for k, w in c.items()) ;; for k in c:\n    c[k] *= 2 ;;
c.update(a=c['b']) ;; v = c.get('z', x[0]) ;; v = c.pop('a') ;; k, v = c.popitem() ;;
c = dict(sorted(c.items(), key=lambda p: p[1]))\nv = list(c.values())[0] ;;
for k, w in c.items():\n    c[k] = w * w ;; c = Counter(c)\nv = c['a'] ;;
c = defaultdict(float, c)\nc['n'] += x[0] ;; c |= dict(q=x[2]) ;;
v = min(c.items(), key=lambda p: p[1])[1] ;; del c['a'] ;; c = {**c, **{'b': x[0]}} ;;
v = sorted(c.values())[0] ;; v = dict(c)['a'] ;;
c['l'] = [c['a']]\nc['l'].append(c['b'])\nv = sum(c.pop('l')) ;;
v = np.sum(np.array(list(c.values()))) ;;
v = c.setdefault('a', 1.0) * c.setdefault('z', x[1]) ;; c = {w: k for k, w in enumerate(c)} ;;
v = math.prod(c.values()) ;; v = next(iter(c.values())) ;;
v = sum(c[k] for k in c if k != 'a') ;; c.clear()\nc['a'] = x[0] ;;
if 'z' not in c:\n    c['z'] = x[0] ;; match c:\n    case {'a': v}:\n        pass
""",
}
READ = {
    "list list3 rows listloop tuple deque nt": """for k in range(len(c)):
    t = t + np.sum(c[k]) * (k + 1.5)""",
    "dict": """for k in c:
    t = t + np.sum(c[k]) * (ord(k[0]) % 7 + 0.5) if isinstance(k, str) else t + np.sum(c[k])""",
    "nested": """for k in c:
    for r in c[k]:
        t = t + np.sum(r) * ord(k)""",
    "obj": "t = t + np.sum(c.a) * 2 + np.sum(getattr(c, 'l', [0.0])[0])",
    "nlist": """for q in c:
    for r in q:
        t = 1.3 * t + np.sum(r)""",
    "scal": """for k in range(len(c)):
    t = t + c[k] * (k + 1.5)""",
    "sdict": """for k in c:
    t = 1.3 * t + (c[k] if isinstance(c[k], float) else 0.0)""",
}
CHANGED = {"nothing": "", "y": "y *= 3", "an item of y": "y[0] = x[2]", "v": "v *= 2"}
X = np.array([0.7, -1.2, 2.5])
DIRECTION = np.array([0.3, 1.1, -0.7])


def _of(kinds: dict[str, Any], kind: str) -> Any:
    return next(v for k, v in kinds.items() if kind in k.split())


def _all() -> list[tuple[str, str, str]]:
    found = []
    for kind in MADE:
        lines = _of(DONE, kind).split(";;")
        for line, change in itertools.product(map(str.strip, lines), CHANGED):
            reads = "v =" in line or ", v" in line or "v}" in line
            if change != "nothing" and kind.startswith("s"):
                continue  # numbers
            if change == "v" and not reads:
                continue
            found.append((kind, line.replace("\\n", "\n"), change))
    return found


ALL = _all()
random.Random(0).shuffle(ALL)


def program(seed: int) -> str:
    kind, operation, change = ALL[seed % len(ALL)]
    reads = "v =" in operation or ", v" in operation or "v}" in operation
    body = [
        "y = x * 1.5", "z = x**2", "t = 0.0", MADE[kind], operation, CHANGED[change],
        _of(READ, kind), "t = t + np.sum(v) * 0.3" if reads else "",
        "return t + np.sum(y * y) + np.sum(z)",
    ]  # fmt: skip
    lines = [f"    {line}" for part in body for line in part.split("\n") if line]
    return HEAD + "def f(x):\n" + "\n".join(lines) + "\n"


def check(seed: int, folder: Path) -> str | None:
    """What is wrong with the derivatives of a program; None if they are right, or refused."""
    f = load(program(seed), folder, seed)
    try:
        expected = f(X.copy())
        slope = (f(X + 1e-6 * DIRECTION) - f(X - 1e-6 * DIRECTION)) / 2e-6
    except Exception:
        return None  # Python refuses it
    try:
        value, pull = ad.vjp(f, X.copy())
        found = [value, np.sum(pull(1.0)[0] * DIRECTION)]
    except ad.AutodiffError:
        found = [expected, slope]
    with contextlib.suppress(ad.AutodiffError):
        found += ad.jvp(f, (X.copy(),), (DIRECTION,))
    wanted = [expected, slope] * 2
    if np.allclose(found, wanted[: len(found)], rtol=1e-4, atol=1e-6):
        return None
    return f"found {found}, wanted {expected}, {slope}\n{program(seed)}"


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), check))
