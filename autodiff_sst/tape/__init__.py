"""Tapes: NumPy calls that are recorded as they happen, and differentiated by the compiler."""
