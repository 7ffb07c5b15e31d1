"""Judges predictions by what was published: samples in, intervals, scores and a ledger out."""
