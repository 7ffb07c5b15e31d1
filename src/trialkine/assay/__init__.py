"""The ex vivo assay: blood cells of donors in wells, with stimuli and blockers, read after some hours."""
