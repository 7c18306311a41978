"""How a framework's process answers requests: each request is one line of JSON, and so is each answer.

{"do": "prepare", ...work} -> {"parameters": n, ...}; {"do": "run", "times": n} -> {"ms": median}; {"do": "memory"} -> {"bytes": n}.
An error is answered as {"error": text}. The end of the input ends the process.
"""

import gc
import json
import os
import statistics
import sys
import time

THREADS = int(os.environ.get("BENCH_THREADS", "2"))


def peak_memory():
    """Largest resident memory of this process so far, in bytes."""
    with open("/proc/self/status") as status:
        line = next(line for line in status if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def serve(prepare):
    """Answer requests. `prepare(work)` returns a function that does the work once, and a description of the work."""
    # libraries print to stdout, too, so it is redirected to stderr
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    run = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["do"] == "prepare":
                run = None
                gc.collect()
                run, answer = prepare(request)
                run()
            elif request["do"] == "run":
                gc.collect()
                times = []
                for _ in range(request["times"]):
                    began = time.perf_counter()
                    run()
                    times.append((time.perf_counter() - began) * 1000)
                answer = {"ms": statistics.median(times)}
            else:
                answer = {"bytes": peak_memory()}
        except Exception as error:  # noqa: BLE001 - any failure becomes a dash in the table
            answer = {"error": f"{type(error).__name__}: {error}".split("\n")[0]}
        answers.write(json.dumps(answer) + "\n")
