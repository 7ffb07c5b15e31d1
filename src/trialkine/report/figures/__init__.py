"""The figures of a report, one per file, all drawn in the one style of `style.py`."""
