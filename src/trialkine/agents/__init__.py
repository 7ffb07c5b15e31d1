"""One drug or cell product per file, its numbers beside it; `catalogue.catalogue` finds them."""

from trialkine.agents.catalogue import agent_records, catalogue

__all__ = ["agent_records", "catalogue"]
