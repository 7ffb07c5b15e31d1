"""`trialkine schema`: print the JSON Schema of the protocol file."""

from __future__ import annotations

import sys


def schema() -> None:
    """Print the JSON Schema of a protocol file.

    Point your editor at it to get completion and checks while you write.
    """
    import json

    from trialkine.trial.protocol import protocol_schema

    sys.stdout.write(json.dumps(protocol_schema(), indent=2, ensure_ascii=False) + "\n")
