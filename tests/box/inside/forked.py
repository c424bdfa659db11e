"""A child that may confine itself for good, since a test process must not; what it returns comes back as JSON."""

from __future__ import annotations

import errno
import json
import os
import traceback
from collections.abc import Callable
from typing import Any


def in_child(action: Callable[[], Any]) -> Any:
    """What `action` returns in a forked child; what it raises there fails the test with its traceback."""
    told, tell = os.pipe()
    if os.fork() == 0:
        try:
            word = json.dumps({"value": action()})
        except BaseException:
            word = json.dumps({"error": traceback.format_exc()})
        os.write(tell, word.encode())
        os._exit(0)
    os.close(tell)
    with os.fdopen(told, "rb") as stream:
        found = json.loads(stream.read() or b'{"error": "the child left without a word"}')
    os.wait()

    assert "error" not in found, found["error"]
    return found["value"]


def refusal(action: Callable[[], Any]) -> str:
    """The name of the error with which the kernel refuses this; "allowed" if it does not."""
    try:
        action()
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    return "allowed"
