"""The base of every group of keys in a file."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """Base of every group of keys: nothing may be added or changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)
