"""The core language: what every pass takes and gives."""
