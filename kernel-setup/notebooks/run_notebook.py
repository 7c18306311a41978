"""Runs notebooks on their kernel, one after the other, and reports progress.

Reads JSON objects from standard input, one a line, until it ends:
    notebook  the file to run
    kernel    name of the kernelspec, found through JUPYTER_PATH
    sources   {"index of a cell": "text that replaces the cell's"}
    out       where the executed notebook goes
    html      where its HTML page goes; optional

Prints JSON lines. `cell` counts code cells from 1:
    {"event": "started" | "finished", "cell", "total", "source", "seconds"}
    {"event": "error", "cell", "total", "source", "seconds", "ename", "evalue", "traceback"}
    {"event": "written", "file"}
    {"event": "failed", "message"}      the kernel did not start, or ended
    {"event": "done"}                   the notebook has ended
Each notebook begins on a kernel without values. Those of one folder share a kernel, which forgets all in between: that takes less time than a
new one, which would read the types of all packages again. After an error the cells below do not run; the cells that ran are written nevertheless.
"""

import json
import os
import queue
import sys
import time

import nbformat
from jupyter_core.utils import ensure_async, run_sync
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

# how long a kernel may take to forget all (seconds)
PATIENCE = 60


def say(event, **details):
    sys.stdout.write(json.dumps({"event": event, **details}) + "\n")
    sys.stdout.flush()


def write_whole(file, text):
    """Write to a temporary file, then rename it: no other process ever reads half a file."""
    os.makedirs(os.path.dirname(file) or ".", exist_ok=True)
    part = f"{file}.{os.getpid()}.part"
    with open(part, "w", encoding="utf-8") as stream:
        stream.write(text)
    os.replace(part, file)
    say("written", file=file)


def error_of(cell):
    return next((output for output in cell.outputs if output.output_type == "error"), None)


def run_cells(client, notebook):
    """Run the code cells in order, up to the first error."""
    code_cells = [(i, cell) for i, cell in enumerate(notebook.cells) if cell.cell_type == "code" and cell.source.strip()]
    for number, (index, cell) in enumerate(code_cells, start=1):
        about = {"cell": number, "total": len(code_cells), "source": cell.source}
        say("started", **about, seconds=0)
        began = time.monotonic()
        try:
            client.execute_cell(cell, index)
        except CellExecutionError as error:
            output = error_of(cell) or {"ename": error.ename, "evalue": error.evalue, "traceback": []}
            details = {key: output[key] for key in ("ename", "evalue", "traceback")}
            say("error", **about, seconds=time.monotonic() - began, **details)
            return
        say("finished", **about, seconds=time.monotonic() - began)


class Kernels:
    """A kernel for the notebooks of a folder, until one of another folder comes."""

    client = None

    def client_for(self, notebook, name, folder):
        """A client whose kernel has no values."""
        wanted = (name, folder)
        if self.client and self.wanted == wanted and self.renew():
            self.client.nb = notebook
            self.client.reset_execution_trackers()
            return self.client
        self.end()
        self.client = NotebookClient(
            notebook,
            timeout=None,  # training takes as long as it takes
            startup_timeout=600,  # a busy machine needs more than the usual minute; a kernel that dies is noticed at once
            kernel_name=name,
            record_timing=False,  # times in the metadata would differ in every run
            store_widget_state=False,  # without it, pages and viewers show the picture that each widget has beside itself
            resources={"metadata": {"path": folder}},
        )
        self.setup = self.client.setup_kernel()
        self.setup.__enter__()
        self.wanted = wanted
        return self.client

    def renew(self):
        """Whether the kernel has forgotten all values: not one that has ended, or that belongs to another program than tunebook."""

        async def ask():
            kernel = self.client.kc
            request = kernel.session.msg("renew_request", {})
            kernel.control_channel.send(request)
            until = time.monotonic() + PATIENCE
            while time.monotonic() < until and await ensure_async(self.client.km.is_alive()):
                try:
                    reply = await ensure_async(kernel.get_control_msg(timeout=1))
                except queue.Empty:
                    continue
                if reply["parent_header"].get("msg_id") == request["header"]["msg_id"]:
                    return reply["content"].get("status") == "ok"
            return False

        return run_sync(ask)()

    def end(self):
        client, self.client = self.client, None
        if client:
            self.setup.__exit__(None, None, None)


def run(job, kernels):
    notebook = nbformat.read(job["notebook"], as_version=4)
    for index, source in job["sources"].items():
        notebook.cells[int(index)].source = source
    folder = os.path.dirname(os.path.abspath(job["notebook"]))
    try:
        run_cells(kernels.client_for(notebook, job["kernel"], folder), notebook)
    except DeadKernelError:
        kernels.end()
        say("failed", message="the kernel died while it ran a cell")
    except Exception as error:  # the kernelspec is missing, the kernel does not start, ...
        kernels.end()
        say("failed", message=f"{type(error).__name__}: {error}")
    write_whole(job["out"], nbformat.writes(notebook) + "\n")
    if job.get("html"):
        from nbconvert import HTMLExporter

        page, _ = HTMLExporter().from_notebook_node(notebook, resources={"metadata": {"name": os.path.basename(job["out"])}})
        write_whole(job["html"], page)
    say("done")


def main():
    kernels = Kernels()
    try:
        for line in sys.stdin:
            run(json.loads(line), kernels)
    finally:
        kernels.end()


main()
