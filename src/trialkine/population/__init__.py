"""Virtual patients: parameter values, bodies, fitness and eligibility, drawn by keyed random numbers."""
