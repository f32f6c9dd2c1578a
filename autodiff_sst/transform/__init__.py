"""From core programs to core programs that compute derivatives."""
