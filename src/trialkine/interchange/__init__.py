"""Models in other programs' formats: out as SBML and Antimony."""
