"""Reads event files with TensorFlow's own reader, which verifies their checksums: event_files.py FILE ... prints JSON."""
import json
import sys

from tensorflow.python.summary.summary_iterator import summary_iterator

print(
    json.dumps(
        [
            [
                {
                    "version": event.file_version,
                    "step": event.step,
                    "time": event.wall_time,
                    "values": {value.tag: value.simple_value for value in event.summary.value},
                }
                for event in summary_iterator(file)
            ]
            for file in sys.argv[1:]
        ]
    )
)
