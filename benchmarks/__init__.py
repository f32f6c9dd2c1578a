"""Generated derivatives against hand-written ones, in one process: `python -m benchmarks`."""
