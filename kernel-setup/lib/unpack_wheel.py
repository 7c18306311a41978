"""Unpack the files of a wheel whose names match a pattern: unpack_wheel.py WHEEL FOLDER PATTERN.

Prints `Progress X of Y` (bytes) while it works, in the form of pip's raw progress bar.
"""

import os
import re
import sys
import time
import zipfile

wheel, folder, pattern = sys.argv[1:4]
with zipfile.ZipFile(wheel) as archive:
    members = [m for m in archive.infolist() if not m.is_dir() and re.search(pattern, m.filename)]
    if not members:
        sys.exit(f"error: no file in {os.path.basename(wheel)} matches {pattern}")
    total, done, printed = sum(m.file_size for m in members), 0, 0.0
    for member in members:
        target = os.path.realpath(os.path.join(folder, member.filename))
        if not target.startswith(os.path.realpath(folder) + os.sep):
            sys.exit(f"error: {member.filename} would be outside the folder")
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with archive.open(member) as source, open(target, "wb") as out:
            while chunk := source.read(1 << 20):
                out.write(chunk)
                done += len(chunk)
                if time.monotonic() - printed > 0.1:
                    printed = time.monotonic()
                    print(f"Progress {done} of {total}", flush=True)
        # zipfile drops the permission to execute, which programs need
        os.chmod(target, 0o644 | (member.external_attr >> 16 & 0o111))
    print(f"Progress {total} of {total}", flush=True)
