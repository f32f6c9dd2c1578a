"""What generated code may call: plain NumPy on arrays."""
