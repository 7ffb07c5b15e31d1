"""Finds the ensemble: which population parameters give an account of the published trials."""
