"""Models in other programs' formats: written out, and read in."""
