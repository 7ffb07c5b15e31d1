"""A protocol's design executed in simulated trials: chances of its ends, expected size and duration."""
