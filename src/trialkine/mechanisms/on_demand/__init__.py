"""Mechanisms that join a model only where an agent acts on one of their quantities."""
