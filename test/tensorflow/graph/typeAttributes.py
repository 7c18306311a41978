"""Print which input determines each type attribute of TensorFlow's operations, for src/tensorflow/graph/typeAttributes.json.

Usage: python typeAttributes.py LIBTENSORFLOW_CC OPERATION...

Asks libtensorflow itself (TF_GetAllOpList) and reads the answer, an OpList of op_def.proto, without any package.
"""

import ctypes
import json
import sys


def fields(data):
    """The (number, value) pairs of a protobuf message; a value is an int or bytes."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        key = varint()
        if key & 7 == 0:
            yield key >> 3, varint()
        elif key & 7 == 2:
            size = varint()
            yield key >> 3, data[at : at + size]
            at += size
        else:
            at += {1: 8, 5: 4}[key & 7]


class Buffer(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("length", ctypes.c_size_t), ("deallocator", ctypes.c_void_p)]


library = ctypes.CDLL(sys.argv[1])
library.TF_GetAllOpList.restype = ctypes.POINTER(Buffer)
buffer = library.TF_GetAllOpList().contents
wanted = set(sys.argv[2:])
table = {}
for _, op in fields(ctypes.string_at(buffer.data, buffer.length)):
    op = list(fields(op))
    name = next(value for number, value in op if number == 1).decode()
    if name not in wanted:
        continue
    places = []
    for number, argument in op:
        if number != 2:
            continue
        argument = dict(fields(argument))
        if 5 in argument or 6 in argument:
            # a list of tensors: later inputs have no fixed position; the type of a list is that of its first tensor
            places.append(argument.get(4, b"-").decode())
            break
        places.append(argument.get(4, b"-").decode())
    seen = set()
    places = ["-" if place in seen or seen.add(place) else place for place in places]
    while places and places[-1] == "-":
        places.pop()
    table[name] = " ".join(places)
print(json.dumps(dict(sorted(table.items())), indent=2))
