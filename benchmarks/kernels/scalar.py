"""Numbers: a formula, a loop, a Runge-Kutta loop."""

from __future__ import annotations

import math

from benchmarks.kernels.kernel import Kernel


def ten_flops(x, y):
    a = x * y + 1.5
    b = a * a - x
    c = b * y + a
    return c * c + b * x


def ten_flops_by_hand(x, y):
    a = x * y + 1.5
    b = a * a - x
    c = b * y + a
    c_bar = 2.0 * c
    b_bar = c_bar * y + x
    a_bar = c_bar + b_bar * 2.0 * a
    return b - b_bar + a_bar * y, c_bar * b + a_bar * x


def scalar_loop(x, n):
    s = x
    for _ in range(n):
        s = math.sin(s) * x + 0.5
    return s


def scalar_loop_by_hand(x, n):
    saved = []
    s = x
    for _ in range(n):
        saved.append(s)
        s = math.sin(s) * x + 0.5
    x_bar, s_bar = 0.0, 1.0
    while saved:
        s = saved.pop()
        x_bar += s_bar * math.sin(s)
        s_bar = s_bar * x * math.cos(s)
    return x_bar + s_bar


def runge_kutta(g, damping, steps):
    """A pendulum's last angle."""

    def pull(angle, speed):
        return -g * math.sin(angle) - damping * speed

    h = 0.01
    angle, speed = 1.0, 0.0
    for _ in range(steps):
        k1, l1 = speed, pull(angle, speed)
        k2, l2 = speed + 0.5 * h * l1, pull(angle + 0.5 * h * k1, speed + 0.5 * h * l1)
        k3, l3 = speed + 0.5 * h * l2, pull(angle + 0.5 * h * k2, speed + 0.5 * h * l2)
        k4, l4 = speed + h * l3, pull(angle + h * k3, speed + h * l3)
        angle = angle + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        speed = speed + h / 6.0 * (l1 + 2.0 * l2 + 2.0 * l3 + l4)
    return angle


def runge_kutta_by_hand(g, damping, steps):
    h = 0.01
    half, sixth = 0.5 * h, h / 6.0
    sin, cos = math.sin, math.cos
    angle, speed = 1.0, 0.0
    saved = []
    for _ in range(steps):
        s1, c1, k1 = sin(angle), cos(angle), speed
        l1 = -g * s1 - damping * k1
        a2, k2 = angle + half * k1, speed + half * l1
        s2 = sin(a2)
        l2 = -g * s2 - damping * k2
        a3, k3 = angle + half * k2, speed + half * l2
        s3 = sin(a3)
        l3 = -g * s3 - damping * k3
        a4, k4 = angle + h * k3, speed + h * l3
        s4 = sin(a4)
        l4 = -g * s4 - damping * k4
        saved.append((s1, c1, k1, s2, a2, k2, s3, a3, k3, s4, a4, k4))
        angle = angle + sixth * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        speed = speed + sixth * (l1 + 2.0 * l2 + 2.0 * l3 + l4)
    g_bar = damping_bar = speed_bar = 0.0
    angle_bar = 1.0
    while saved:
        s1, c1, k1, s2, a2, k2, s3, a3, k3, s4, a4, k4 = saved.pop()
        l4_bar = sixth * speed_bar
        a4_bar = -g * cos(a4) * l4_bar
        k4_bar = sixth * angle_bar - damping * l4_bar
        l3_bar = 2.0 * l4_bar + h * k4_bar
        a3_bar = -g * cos(a3) * l3_bar
        k3_bar = 2.0 * sixth * angle_bar + h * a4_bar - damping * l3_bar
        l2_bar = 2.0 * l4_bar + half * k3_bar
        a2_bar = -g * cos(a2) * l2_bar
        k2_bar = 2.0 * sixth * angle_bar + half * a3_bar - damping * l2_bar
        l1_bar = l4_bar + half * k2_bar
        k1_bar = sixth * angle_bar + half * a2_bar - damping * l1_bar
        g_bar -= l1_bar * s1 + l2_bar * s2 + l3_bar * s3 + l4_bar * s4
        damping_bar -= l1_bar * k1 + l2_bar * k2 + l3_bar * k3 + l4_bar * k4
        angle_bar = angle_bar + a4_bar + a3_bar + a2_bar - g * c1 * l1_bar
        speed_bar = speed_bar + k1_bar + k2_bar + k3_bar + k4_bar
    return g_bar, damping_bar


KERNELS = [
    Kernel(ten_flops, ten_flops_by_hand, lambda: (1.3, 0.7), (0, 1)),
    Kernel(scalar_loop, scalar_loop_by_hand, lambda: (0.9, 100_000), peers=False),
    Kernel(runge_kutta, runge_kutta_by_hand, lambda: (9.81, 0.1, 1000), (0, 1), peers=False),
]
