"""One drug or cell product per file, with its numbers; `catalogue.catalogue` finds them."""

from trialkine.agents.catalogue import agent_records, catalogue

__all__ = ["agent_records", "catalogue"]
