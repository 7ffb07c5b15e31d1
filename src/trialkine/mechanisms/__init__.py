"""The biology, one process per file; `core.CORE` gathers the files, so a new one needs no edit elsewhere."""
