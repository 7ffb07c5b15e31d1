"""Measured visits in, outcomes out: response, progression and survival. Knows no model."""
