"""Whole models as papers print them, one TOML file each; `catalogue.published_model` finds them."""

from trialkine.published_models.catalogue import published_model, published_model_names
from trialkine.published_models.model_file import read_model_file

__all__ = ["published_model", "published_model_names", "read_model_file"]
