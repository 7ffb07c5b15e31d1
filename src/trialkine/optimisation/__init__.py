"""A search over strategies: candidates simulated side by side, raced, and judged over the ensemble."""
