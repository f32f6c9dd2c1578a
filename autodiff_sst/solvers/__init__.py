"""What SciPy's solvers find, with its derivatives: loaded once a program has imported them."""
