"""From the worst value of a quantity to the grade of a toxicity."""

from trialkine.toxicity.grading import grade
from trialkine.toxicity.terms import Term, find_term, terms

__all__ = ["Term", "find_term", "grade", "terms"]
