"""Lets a test in another language talk to a Jupyter kernel: JSON lines on standard input and output.

A line in is `{"do": "request", "channel": "shell", "type": ..., "content": ...}`, or `{"do": "interrupt" | "restart" | "stop"}`.
A request may have `metadata`, and `buffers` in base64. With `{"do": "frames"}` its `parts` are sent as they are, signed.
A line out is a message of the kernel, `{"channel", "type", "parent", "content"}` and possibly `metadata` and `buffers`, or
`{"done": ...}` with the result of the command.
"""

import asyncio
import base64
import json
import sys
import uuid

import zmq
from jupyter_client.manager import AsyncKernelManager


def say(line):
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


async def forward(name, channel):
    """Print the messages that arrive on a channel."""
    while True:
        message = await channel.get_msg(timeout=None)
        parent = message["parent_header"].get("msg_id")
        line = {"channel": name, "type": message["msg_type"], "parent": parent, "content": message["content"]}
        buffers = [base64.b64encode(bytes(buffer)).decode() for buffer in message["buffers"]]
        say({**line, "metadata": message["metadata"], "buffers": buffers})


async def connect(manager):
    client = manager.client()
    # by default a subscriber drops messages beyond the first 1,000 unread ones, and a busy machine reads them late
    client.context.setsockopt(zmq.RCVHWM, 0)
    client.start_channels(stdin=False, hb=False)
    await client.wait_for_ready(timeout=60)
    channels = {"iopub": client.iopub_channel, "shell": client.shell_channel, "control": client.control_channel}
    return client, [asyncio.create_task(forward(*item)) for item in channels.items()]


def disconnect(client, tasks):
    for task in tasks:
        task.cancel()
    client.stop_channels()


async def main(kernel_name, folder):
    manager = AsyncKernelManager(kernel_name=kernel_name)
    await manager.start_kernel(cwd=folder)
    client, tasks = await connect(manager)
    say({"done": "start", "pid": manager.provisioner.pid})
    loop = asyncio.get_running_loop()
    while True:
        line = await loop.run_in_executor(None, sys.stdin.readline)
        command = json.loads(line) if line else {"do": "stop"}
        if command["do"] == "request":
            message = client.session.msg(command["type"], command["content"])
            # A client counts its messages from the start again after a restart.
            message["header"]["msg_id"] = message["msg_id"] = uuid.uuid4().hex
            message["metadata"] = command.get("metadata", {})
            message["buffers"] = [base64.b64decode(buffer) for buffer in command.get("buffers", [])]
            getattr(client, command["channel"] + "_channel").send(message)
            say({"done": "request", "id": message["header"]["msg_id"]})
        elif command["do"] == "frames":
            parts = [part.encode() for part in command["parts"]]
            signature = client.session.sign(parts[:4])
            await client.shell_channel.socket.send_multipart([b"<IDS|MSG>", signature, *parts])
            say({"done": "frames"})
        elif command["do"] == "interrupt":
            await manager.interrupt_kernel()
            say({"done": "interrupt"})
        elif command["do"] == "alive":
            say({"done": "alive", "alive": await manager.is_alive()})
        elif command["do"] == "restart":
            disconnect(client, tasks)
            await manager.restart_kernel()
            client, tasks = await connect(manager)
            say({"done": "restart", "pid": manager.provisioner.pid})
        else:
            disconnect(client, tasks)
            await manager.shutdown_kernel()
            say({"done": "stop"})
            return


asyncio.run(main(*sys.argv[1:]))
