"""Where numbers come from: the catalogue of sources and the reader of parameter files."""
