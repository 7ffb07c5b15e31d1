"""The processes in a well, one per file; composed among themselves and never with those of a patient."""
