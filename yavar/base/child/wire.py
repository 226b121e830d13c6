"""What parent and child say to each other, over two pipes: frames of a head and a body. Big-endian."""

import struct

ASK = struct.Struct(">If")  # bytes that follow, seconds the call may take
ANSWER = struct.Struct(">BI")  # state, bytes that follow
DONE, DONE_AND_GONE, FAILED, OUT_OF_MEMORY = range(4)
READY = b"R"
