"""What a child is asked to do in the tests."""

import os
import sys
import time
from pathlib import Path


def do(data: bytes) -> bytes:
    """The word decides."""
    match data:
        case b"sleep":
            time.sleep(30)
        case b"spin":
            while True:
                pass
        case b"eat":
            return b"x" * (400 << 20)
        case b"leave":
            os._exit(3)
        case b"raise":
            raise ValueError("no")
        case b"print":
            sys.stdout.write("a line among the frames")
            sys.stdout.flush()
        case b"write":
            with open("/tmp/yavar-child-must-not", "wb") as file:
                file.write(b"x")
        case b"modules":
            return ",".join(sys.modules).encode()
        case b"secrets":
            return ",".join(name for name in os.environ if name.startswith("YAVAR")).encode()
        case b"files":
            return str(len(list(Path("/proc/self/fd").iterdir()))).encode()
        case b"pid":
            return str(os.getpid()).encode()
    return data
