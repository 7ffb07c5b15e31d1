"""Plain arrays in, small frozen records out: survival, proportions, changes, predictive intervals."""
