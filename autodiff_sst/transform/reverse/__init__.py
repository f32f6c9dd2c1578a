"""Reverse mode: both sweeps, a file a construct."""
