"""From a Python function to the core."""
