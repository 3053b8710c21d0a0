"""A spool file for one event (docs/protocol.md, "The spool")."""

from __future__ import annotations

import json
import os
import uuid
from typing import Any, Dict

from .._transport.private_files import make_folder, open_file


def write_event(directory: str, event: Dict[str, Any]) -> None:
    """Writes an event into the spool. The monitor, or the next one, reads it from there.

    For events that must not be lost while no monitor can be reached. Raises OSError.
    """
    folder = os.path.join(directory, "spool")
    make_folder(folder)
    whole = {"sender": str(uuid.uuid4()), "seq": 0, **event}
    name = f"{whole['sender']}.{whole['seq']}.json"
    hidden = os.path.join(folder, f".{name}")
    with open(open_file(hidden, os.O_WRONLY | os.O_EXCL), "w", encoding="utf-8") as file:
        json.dump(whole, file)
    os.rename(hidden, os.path.join(folder, name))
