"""Measures how long printed lines take to reach a client, of several kernels.

Usage: lines.py LINES ROUNDS KERNEL=CODE... prints one JSON object: kernel → the
seconds of each round, from the request to the last line at the client. The
kernels take turns, so that a busy machine is busy for all. A kernel that loses a
line or brings it out of order has null for that round.
"""
import json
import sys
import time

from jupyter_client.manager import start_new_kernel

lines, rounds = int(sys.argv[1]), int(sys.argv[2])
codes = dict(a.split("=", 1) for a in sys.argv[3:])
want = "".join(f"line {i}\n" for i in range(lines))
kernels = {name: start_new_kernel(kernel_name=name, startup_timeout=300) for name in codes}


def run(client, code):
    start = time.perf_counter()
    request = client.execute(code)
    text, last = [], None
    while True:
        message = client.get_iopub_msg(timeout=300)
        if message["parent_header"].get("msg_id") != request:
            continue
        if message["msg_type"] == "stream":
            text.append(message["content"]["text"])
            last = time.perf_counter()
        if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
            client.get_shell_msg(timeout=300)
            return last - start if "".join(text) == want else None


seconds = {name: [] for name in codes}
for n in range(rounds + 1):
    for name, (_, client) in kernels.items():
        took = run(client, codes[name])
        if n > 0:  # the first compiles, or loads
            seconds[name].append(took)
for manager, client in kernels.values():
    client.stop_channels()
    manager.shutdown_kernel(now=True)
print(json.dumps(seconds))
