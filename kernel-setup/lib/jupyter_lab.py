"""JupyterLab that ends with the process that started it.

The parent holds the other end of standard input. When it ends, however it ends, the pipe closes and JupyterLab stops,
and its kernels with it.
"""

import os
import signal
import sys
import threading

# JupyterLab asks a question where standard input is a terminal; here it is a pipe, which the thread below reads
parent = os.dup(0)
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)


def end_with_parent():
    while os.read(parent, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


threading.Thread(target=end_with_parent, daemon=True).start()

from jupyterlab.labapp import main  # noqa: E402  (the thread must run first)

sys.argv[0] = "jupyter-lab"
sys.exit(main())
