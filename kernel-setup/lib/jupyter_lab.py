"""Starts a JupyterLab that ends together with the process that started it.

The parent process holds the other end of standard input. When the parent ends, for whatever reason, the pipe closes, and
JupyterLab stops together with its kernels.
"""

import os
import signal
import sys
import threading
import time

# how long JupyterLab may take to end its kernels and itself (seconds)
PATIENCE = 30

# On a terminal JupyterLab would ask for confirmation; here standard input is a pipe, which the thread below reads
parent = os.dup(0)
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)


def end_with_parent():
    while os.read(parent, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE)
    os._exit(1)  # it waits for something that does not come; kernels notice that it is gone, and end


threading.Thread(target=end_with_parent, daemon=True).start()

from jupyterlab.labapp import main  # noqa: E402  (the thread must run first)

sys.argv[0] = "jupyter-lab"
sys.exit(main())
