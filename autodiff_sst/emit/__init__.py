"""From the core to source that people read, and to a function."""
