"""`trialkine schema`: print the JSON Schema of the protocol file, or of the assay file."""

from __future__ import annotations

import sys
from typing import Annotated

import typer


def schema(
    is_assay: Annotated[
        bool, typer.Option("--assay", help="The schema of assay files, instead of protocol files.")
    ] = False,
) -> None:
    """Print the JSON Schema of a protocol file.

    Point your editor at it to get completion and checks while you write.
    """
    import json

    from trialkine.assay.protocol import assay_schema
    from trialkine.trial.protocol import protocol_schema

    found = assay_schema() if is_assay else protocol_schema()
    sys.stdout.write(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
