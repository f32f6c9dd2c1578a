"""Lists and deques that are changed in loops and branches by more than `append`."""

import collections
from collections import deque
from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad
from tests.differences import check_derivatives

X = np.array([0.3, 1.2, -0.7, 0.5])
V = np.array([1.0, -0.5, 0.3, 0.8])


def stack_machine(x):
    stack = []
    for token in ("a", "b", "+", "c", "*", "d", "-"):
        if token in "abcd":
            stack.append(x["abcd".index(token)])
        else:
            right, left = stack.pop(), stack.pop()
            if token == "+":
                stack.append(left + right)
            elif token == "*":
                stack.append(left * right)
            else:
                stack.append(left - right)
    return stack.pop()


def folded(x):
    stack = [x[0], x[1], x[2], x[3]]
    while len(stack) > 1:
        stack.append(stack.pop() * stack.pop() + 1)
    return stack[0]


def window(x):
    last = deque(maxlen=2)
    s = 0.0
    for a in x:
        last.append(a * a)
        s += sum(last) ** 2 / len(last)
    return s


def window_of(x, n=3):
    last = collections.deque([0.0] * n, maxlen=n)
    s = 0.0
    for a in x:
        last.appendleft(a)
        s += last[0] * last[1] + last[-1]
    return s


def queue(x):
    waiting = deque([x[0]])
    s = 0.0
    k = 0
    while waiting and k < 7:
        v = waiting.popleft()
        s += v * v * (k + 1)
        k += 1
        if k < 4:
            waiting.append(v * x[k])
            waiting.append(v + x[k - 1])
    return s


def turned(x):
    d = deque(x)
    for k in range(3):
        d.rotate(1)
        d[0] = d[0] * d[1]
        d.rotate(-1)
        d.extendleft([x[k]])
        d.pop()
    return d[0] + 2 * d[1] + 3 * d[-1] ** 2


def every_method(x):
    items = [v * 2 for v in x]
    for k in range(3):
        items.insert(k, items.pop(1) * x[k])
        items.insert(-1, x[0])
        del items[k + 1]
        items.reverse()
        items += [x[k] * k]
        if k == 1:
            items.sort(key=lambda v: -v)
            del items[-2]
        items.extend(items[:1])
        items.remove(items[0])
    return sum(v * (k + 1) for k, v in enumerate(items))


def after_it_grew(x):
    items = []
    for v in x:
        items.append(v * v)
    last = items.pop()
    items.pop(0)
    return last * items[0] + sum(items)


def of_arrays(x):
    items = [x * 1.0, x * x]
    for _ in range(3):
        a = items.pop(0)
        items.append(a * items[0])
    return sum(np.sum(v) * (k + 1) for k, v in enumerate(items))


def changed_where_it_is(x):
    items = [x * 1.0, x * x]
    for _ in range(2):
        a = items.pop()
        a += x[0]
        items.insert(0, a)
    return np.sum(items[0] * items[1])


def cleared(x):
    items = [x[0]]
    s = 0.0
    for k in range(4):
        if len(items) > 2:
            s += items[-1] * items[0]
            items.clear()
        items.append(x[k])
    return s + items[0] * len(items)


def written_down(x):
    d = deque([x[0], x[1]])
    d.appendleft(x[2])
    d.rotate()
    a = d.popleft()
    return a * d[0] + d[1] ** 2


def parts(x):
    a = [x[0], x[1], x[2] * x[3]]
    b = a[1:] + a[:1]
    c = [*b[::2], x[0]]
    return b[0] * b[2] + c[1] * c[2] ** 2


def from_both_ends(x):
    d = collections.deque([x[0]], maxlen=3)
    for v in x[1:]:
        d.appendleft(v)
        d.append(d[0] * d[-1])
    return sum(a * (k + 1) for k, a in enumerate(d))


def taken_out_and_changed(x):
    items = [x * 1.0, x * 2.0]
    for _ in range(2):
        a = items.pop(0)
        b = a
        items.append(a * items[0])
        b[0] = 5.0
    return sum(np.sum(v) for v in items)


FUNCTIONS: list[Any] = [
    from_both_ends, taken_out_and_changed,
    written_down, parts,
    stack_machine, folded, window, window_of, queue, turned, every_method, after_it_grew,
    of_arrays, cleared,
]  # fmt: skip


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_derivatives(function: Any) -> None:
    check_derivatives(function, X, V)


def test_items_changed_in_place() -> None:
    check_derivatives(changed_where_it_is, X, V)


def two_names(x):
    items = [x[0]]
    other = items
    for k in range(2):
        items.append(x[k])
        items.pop(0)
    return other[0]


def given_away(x):
    def change(a):
        a.append(x[0])

    items = [x[1]]
    for _ in range(2):
        change(items)
        items.pop(0)
    return items[0]


def gone_through(x):
    items = [x[0], x[1]]
    s = 0.0
    for v in items:
        s += v
        if len(items) > 1:
            items.pop()
    return s


def gone_through_as_it_grows(x):
    queue = [x[0], x[1]]
    s = 0.0
    for v in queue:
        s += v
        if len(queue) == 2 and v > 1.0:
            continue
        if len(queue) < 5:
            queue.append(v * x[2])
    else:
        s = s * x[3]
    return s


def by_turns(x):
    held = {"a": [x[0], x[1], x[2]]}
    s = 0.0
    for v in held["a"]:
        s += v
        if len(held["a"]) < 5:
            held["a"].append(v * x[3])
    return s


def in_an_object(x):
    held = {"a": [x[0], x[1], x[2]]}
    s = 0.0
    for k, v in enumerate(held["a"]):
        s += v * k
        held["a"].append(v)
        held["a"].pop(0)
    return s


@pytest.mark.parametrize(
    "function", [two_names, given_away, gone_through, gone_through_as_it_grows]
)
def test_lists_under_other_names_and_in_loops_over_them(function: Any) -> None:
    check_derivatives(function, X, V)


@pytest.mark.parametrize("function", [by_turns, in_an_object])
def test_what_is_refused(function: Any) -> None:
    with pytest.raises(ad.UnsupportedSyntaxError, match="while a loop goes through it"):
        ad.grad(function)(X)


def test_errors_are_the_primals() -> None:
    def empty(x):
        items = [x]
        for _ in range(2):
            x = items.pop() * x
        return x

    with pytest.raises(IndexError):
        ad.grad(empty)(1.0)


def changed_below_an_iterator(x):
    items = [x[0], x[1], x[2]]
    s = 0.0
    for i, (a, b) in enumerate(zip(items, x, strict=False)):
        s += a * b * i
        if i == 0:
            items.pop()
    return s


def held_iterator(x):
    items = [x[0], x[1], x[2]]
    pairs = zip(items, x, strict=False)
    for _ in range(2):
        items.pop()
    return sum(a * b for a, b in pairs)


def test_iterators_that_see_changes_of_their_loop_are_refused() -> None:
    with pytest.raises(ad.UnsupportedSyntaxError):
        ad.grad(changed_below_an_iterator)(X)


def test_iterators_that_are_held_see_changes() -> None:
    ad.check_grads(held_iterator, (X,))


def own_names(x, len=2):
    stack = []
    max = 0.0
    for v in x:
        stack.append(v * len)
        while stack and stack[-1] < 0:
            max = max + stack.pop()
    return stack[0] * stack[-1] + max


def in_a_try(x):
    items = [x[0] * 2, x[1]]
    s = 0.0
    for k in range(4):
        try:
            s += items.pop() * x[k]
        except IndexError:
            s = s * 1.5
    return s


@pytest.mark.parametrize("function", [own_names, in_a_try])
def test_names_and_errors_of_the_program(function: Any) -> None:
    check_derivatives(function, X, V)


def several_at_once(x, n):
    last, total, seen = [], 0.0, [x]
    for k in range(n):
        last.append(x * k)
        seen.append(last[-1] * x)
        if len(last) > 2:
            total += last.pop(0) * x
    return total + sum(last) + seen[-1]


@pytest.mark.parametrize("n", [0, 2, 5])
def test_lists_that_one_assignment_makes(n: int) -> None:
    h = 1e-6
    expected = (several_at_once(0.7 + h, n) - several_at_once(0.7 - h, n)) / (2 * h)
    assert ad.grad(several_at_once)(0.7, n) == pytest.approx(expected, rel=1e-6)


def appended_and_repeated(x):
    c = [x[0] * x[1]]
    c.append(x[1])
    d = c * 2
    return sum(d) * d[2] + sum([x[0], x[2]] * 3)


def test_lists_that_are_repeated() -> None:
    check_derivatives(appended_and_repeated, X, V)


@pytest.mark.parametrize("times", [2, True, np.int64(2)])
def test_a_list_that_a_loop_makes_is_not_repeated(times: Any) -> None:
    def repeated(x: Any) -> Any:
        return sum([v * v for v in x] * times)

    with pytest.raises(ad.AutodiffError, match="of lists"):
        ad.grad(repeated)(X)
