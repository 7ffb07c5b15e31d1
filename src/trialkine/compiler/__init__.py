"""From a composed model to machine code: graph, slopes, elimination, vector IR, cache."""
