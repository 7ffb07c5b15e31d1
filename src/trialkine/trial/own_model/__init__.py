"""A user's own model in a trial: the mapping file, its checks, and the bridge from model to trial."""
