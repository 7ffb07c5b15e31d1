"""The report of an ex vivo assay: figures, tables, page, data files, folder."""
