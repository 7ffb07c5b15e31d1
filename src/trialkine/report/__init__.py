"""Turns a finished trial into a run folder: report, figures, data sets and their provenance."""
