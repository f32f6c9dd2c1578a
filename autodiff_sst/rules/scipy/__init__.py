"""Rules for SciPy, loaded when a program that is differentiated has imported it."""
