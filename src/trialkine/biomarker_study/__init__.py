"""Which measurable quantities predict response and survival, and what keeps others from doing so."""
