"""Population parameters of each disease, as data."""

from trialkine.diseases.disease import Disease, disease_names, load_disease

__all__ = ["Disease", "disease_names", "load_disease"]
