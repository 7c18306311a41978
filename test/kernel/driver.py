"""Lets a test in another language talk to a Jupyter kernel: JSON lines on standard input and output.

A line in is `{"do": "request", "channel": "shell", "type": ..., "content": ...}`, or `{"do": "interrupt" | "restart" | "stop"}`.
A line out is a message of the kernel, `{"channel", "type", "parent", "content"}`, or `{"done": ...}` with the result of the command.
"""

import asyncio
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
        say({"channel": name, "type": message["msg_type"], "parent": parent, "content": message["content"]})


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
            getattr(client, command["channel"] + "_channel").send(message)
            say({"done": "request", "id": message["header"]["msg_id"]})
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
