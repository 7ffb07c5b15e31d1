"""Structural variants: mechanisms that are composed only when asked for by name."""
