"""Derivatives of functions, as templates: a rule is a line of mathematics."""
