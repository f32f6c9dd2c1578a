"""Lists of tuples, dicts and objects: a list for each component, or a refusal; never wrong."""

import copy
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

import autodiff_sst as ad
from tests.differences import check_derivatives


@dataclass
class Body:
    mass: float
    at: Any
    speed: Any

    def energy(self):
        return 0.5 * self.mass * np.sum(self.speed**2)


class Edge(NamedTuple):
    start: int
    end: int
    weight: float


def tuples(x):
    pairs = []
    for k in range(len(x)):
        pairs.append((x[k], x[k] ** 2))
    total = 0.0
    for a, b in pairs:
        total += a * b
    return total + pairs[-1][0] * pairs[0][1]


def sorted_by_key(x):
    items = [(k, v) for k, v in enumerate(x)]
    items.sort(key=lambda item: -item[1])
    return sum(w * item[1] for w, item in zip([1.0, 2.0, 3.0, 4.0], items, strict=True))


def nested_tuples(x):
    found = []
    for k in range(len(x)):
        found.append((k, (x[k], x[k] * x[0])))
    return sum(a * b * k for k, (a, b) in found[1:] + found[:1])


def best_of(x):
    best = (0.0, 0)
    candidates = []
    for k in range(len(x)):
        candidates.append((x[k] * (k + 1), k))
    for candidate in candidates:
        if candidate[0] > best[0]:
            best = candidate
    return best[0] ** 2 * (best[1] + 1)


def edges(x):
    graph = [Edge(0, 1, x[0]), Edge(1, 2, x[1]), Edge(0, 2, x[2]), Edge(2, 3, x[3])]
    distance = [0.0, 9.0, 9.0, 9.0]
    for _ in range(3):
        for edge in graph:
            if distance[edge.start] + edge.weight < distance[edge.end]:
                distance[edge.end] = distance[edge.start] + edge.weight
    return distance[3] ** 2


def objects_that_are_read(x):
    bodies = [Body(1.0 + k, np.array([x[k], x[k + 1]]), np.zeros(2)) for k in range(3)]
    total = 0.0
    for i in range(3):
        for j in range(i + 1, 3):
            gap = bodies[i].at - bodies[j].at
            total -= bodies[i].mass * bodies[j].mass / np.sqrt(gap @ gap + 0.1)
    return total


def dicts_that_change(x):
    particles = [{"at": x[k], "speed": 0.0} for k in range(len(x))]
    for _ in range(3):
        for p in particles:
            p["speed"] -= 0.1 * p["at"]
            p["at"] += 0.1 * p["speed"]
    return sum(p["at"] ** 2 for p in particles)


def objects_that_change(x):
    bodies = [Body(1.0 + k, np.array([x[k], x[k + 1]]), np.zeros(2)) for k in range(len(x) - 1)]
    for _ in range(3):
        for k in range(len(bodies)):
            for other in bodies:
                gap = other.at - bodies[k].at
                bodies[k].speed = bodies[k].speed + 0.1 * other.mass * gap
        for body in bodies:
            body.at = body.at + 0.1 * body.speed
    return sum(body.energy() for body in bodies)


def objects_of_arrays_in_place(x):
    bodies = []
    for k in range(len(x) - 1):
        bodies.append(Body(1.0, x[k : k + 2] * 2.0, np.zeros(2)))
    for _ in range(2):
        for body in bodies:
            body.speed -= 0.1 * body.at
            body.at += 0.1 * body.speed
    return bodies[-1].energy() + np.sum(bodies[0].at * bodies[1].at)


def last_of_a_list_that_grows(x):
    items = [{"value": x[0]}]
    last = items[-1]
    for k in range(1, len(x)):
        items.append({"value": x[k] * last["value"]})
        last["value"] = last["value"] * x[k]
    return last["value"] * items[-1]["value"] + items[0]["value"]


def grown_after_a_store(x):
    items = [x[0]]
    for k in range(1, len(x)):
        items[-1] = items[-1] * x[k]
        items.append(x[k] * items[0])
    return items[0] * items[-1] + items[1]


def arrays_changed_in_lists(x):
    at, speed = [], []
    for k in range(len(x) - 1):
        at.append(x[k : k + 2] * 2.0)
        speed.append(np.zeros(2))
    for _ in range(2):
        for k in range(len(at)):
            speed[k] -= 0.1 * at[k]
            at[k] += 0.1 * speed[k]
    return np.sum(speed[-1] ** 2) + np.sum(at[0] * at[1])


def one_object_twice(x):
    body = Body(1.0, x[0], x[1])
    items = [body]
    for _ in range(2):
        items.append(body)
    items[0].at = x[2]
    return items[1].at * items[2].speed


def changed_after_it_was_put(x):
    items = []
    for k in range(3):
        body = {"value": x[k]}
        items.append(body)
        body["value"] = x[k] * x[3]
    return items[0]["value"] * items[2]["value"]


def parts_share_objects(x):
    items = [{"value": x[k]} for k in range(len(x))]
    part = items[1:]
    for p in part:
        p["value"] = p["value"] * x[0]
    return items[1]["value"] * items[2]["value"]


def objects_swapped(x):
    items = [{"value": x[k]} for k in range(len(x))]
    for k in range(2):
        items[k], items[k + 1] = items[k + 1], items[k]
        items[k]["value"] *= x[3]
    return items[0]["value"] * items[1]["value"] ** 2


def replaced_while_it_is_held(x):
    items = [{"value": x[k]} for k in range(len(x))]
    for k in range(2):
        held = items[k]
        items[k] = {"value": x[3]}
        held["value"] = held["value"] * x[2]
    return items[0]["value"] * items[1]["value"] * items[2]["value"]


def in_two_lists(x):
    first, second = [], []
    for k in range(3):
        item = {"value": x[k]}
        first.append(item)
        second.append(item)
    first[0]["value"] = x[3]
    return second[0]["value"] * first[1]["value"]


def item_of_another_name(x):
    items = [{"value": x[k]} for k in range(len(x))]
    best = items[0]
    for item in items:
        if item["value"] > best["value"]:
            best = item
    best["value"] = best["value"] * 10.0
    return sum(item["value"] for item in items)


RUN = [
    *(tuples, sorted_by_key, nested_tuples, best_of, edges, objects_that_are_read),
    *(dicts_that_change, objects_that_change, objects_of_arrays_in_place),
    *(last_of_a_list_that_grows, grown_after_a_store, arrays_changed_in_lists),
]
MAYBE = [
    *(one_object_twice, changed_after_it_was_put, parts_share_objects),
    *(objects_swapped, replaced_while_it_is_held, in_two_lists, item_of_another_name),
]
X, V = np.array([0.3, 0.7, 1.1, 0.5]), np.array([0.5, -0.3, 0.2, 1.0])


@pytest.mark.parametrize("function", RUN)
def test_lists_of_containers(function: Any) -> None:
    check_derivatives(function, X, V)


@pytest.mark.parametrize("function", MAYBE)
def test_objects_that_are_shared_are_right_or_refused(function: Any) -> None:
    try:
        ad.grad(function)(X)
    except ad.AutodiffError as error:
        assert "not supported" in str(error)
        return
    check_derivatives(function, X, V)


def test_an_argument_that_is_a_list_of_tuples() -> None:
    def weighted(pairs, k):
        total = 0.0
        for i in range(k):
            total += pairs[i][0] * pairs[i][1] ** 2
        return total

    pairs = [(1.0, 2.0), (3.0, 4.0), (5.0, 6.0)]
    assert ad.grad(weighted)(copy.deepcopy(pairs), 2) == [(4.0, 4.0), (16.0, 24.0), (0.0, 0.0)]


def test_no_object_is_made_to_read_a_component() -> None:
    gradient = ad.grad(objects_that_are_read)
    gradient(X)
    assert "Body(mass=" not in gradient.source
