"""The ensemble engine: many patients, each with its own clock, doses and events."""
