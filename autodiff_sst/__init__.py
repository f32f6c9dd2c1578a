"""Automatic differentiation of Python functions, from source to readable source."""

__version__ = "0.1.0"
