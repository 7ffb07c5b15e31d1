"""The two axes of a tumour: its lesions, and the clones within each lesion."""

from trialkine.model.declarations import Index

LESION = Index("lesion", ("1", "2", "3"))
CLONE = Index("clone", ("sensitive", "resistant", "antigen_loss"))
