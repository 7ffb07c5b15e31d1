"""The claims the project started from: records, each with a simulation, a rule and a verdict."""
