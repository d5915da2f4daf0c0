"""Drives a kernel with jupyter_client, so over libzmq, as JupyterLab's server does.

Usage: interop.py TRANSPORT KERNEL [ARGUMENTS], where TRANSPORT is tcp, ipc or
curve (tcp, encrypted), and KERNEL serves the script session of package
protocoltest and gets the connection file as last argument.
Prints one line per step and ends with 0 if all were right.
"""

import os
import sys
import time

import zmq
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

TIMEOUT = 20


class Manager(KernelManager):
    @property
    def kernel_spec(self):
        return KernelSpec(argv=sys.argv[2:] + ["{connection_file}"], language="go",
                          display_name="script", interrupt_mode="message",
                          metadata={"supported_encryption": "curve"})


def step(text):
    print(text, flush=True)


def run(kc, code, **options):
    """Runs a cell; returns its reply and the iopub messages that have it as parent."""
    msg_id = kc.execute(code, **options)
    return finish(kc, msg_id)


def finish(kc, msg_id):
    out = []
    while True:
        msg = kc.get_iopub_msg(timeout=TIMEOUT)
        if msg["parent_header"].get("msg_id") != msg_id:
            continue
        if msg["msg_type"] == "status" and msg["content"]["execution_state"] == "idle":
            break
        out.append(msg)
    while True:
        reply = kc.get_shell_msg(timeout=TIMEOUT)
        if reply["parent_header"].get("msg_id") == msg_id:
            return reply, out


def stdout(out):
    return "".join(m["content"]["text"] for m in out if m["msg_type"] == "stream")


def control(kc, msg_type, content=None):
    msg = kc.session.msg(msg_type, content or {})
    began = time.monotonic()
    kc.control_channel.send(msg)
    reply = kc.get_control_msg(timeout=TIMEOUT)
    assert reply["parent_header"]["msg_id"] == msg["header"]["msg_id"], reply
    return reply, time.monotonic() - began


def check_execute(kc):
    reply, out = run(kc, "print hello\nvalue 42")
    assert reply["content"]["status"] == "ok", reply
    assert stdout(out) == "hello\n", out
    assert [m["msg_type"] for m in out] == ["status", "execute_input", "stream", "execute_result"], out
    step("execute and iopub")
    began = time.monotonic()
    _, out = run(kc, "lines 100000")
    want = "".join(f"line {i}\n" for i in range(100000))
    assert stdout(out) == want, "lines were lost"
    step(f"100,000 lines in {time.monotonic() - began:.3f} s, {len(out)} messages")


def check_stdin(kc):
    msg_id = kc.execute("input name?\npassword word?", allow_stdin=True)
    for prompt, password in (("name?", False), ("word?", True)):
        msg = kc.get_stdin_msg(timeout=TIMEOUT)
        assert msg["content"] == {"prompt": prompt, "password": password}, msg
        kc.input("Nguyễn 🙂")
    _, out = finish(kc, msg_id)
    assert stdout(out) == '"Nguyễn 🙂"\n' * 2, out
    step("stdin")


def check_control(km, kc):
    msg_id = kc.execute("sleep 60s")
    while kc.get_iopub_msg(timeout=TIMEOUT)["parent_header"].get("msg_id") != msg_id:
        pass
    took = sorted(control(kc, "kernel_info_request")[1] for _ in range(20))
    step(f"control while a cell runs: median {1000 * took[10]:.1f} ms, slowest of 20 {1000 * took[-1]:.1f} ms")
    assert took[10] < 0.1
    kc.complete("pa")
    while kc.get_shell_msg(timeout=TIMEOUT)["msg_type"] != "complete_reply":
        pass
    step("completion while a cell runs")
    km.interrupt_kernel()
    reply, _ = finish(kc, msg_id)
    assert reply["content"]["ename"] == "interrupted", reply
    os.kill(km.provisioner.pid, 2)
    time.sleep(0.2)
    assert km.is_alive()
    step("interrupt by message; SIGINT survived")


def check_garbage(km, kc):
    """Frames libzmq itself can send, that no message is made of."""
    info = km.get_connection_info()
    context = zmq.Context()
    for channel in ("shell", "control", "stdin", "hb"):
        s = context.socket(zmq.DEALER)
        s.linger = 0
        port = info[channel + "_port"]
        s.connect(f"tcp://{info['ip']}:{port}" if info["transport"] == "tcp" else f"ipc://{info['ip']}-{port}")
        for parts in ([b""], [b"\x00"], [b"<IDS|MSG>"], [b"a"] * 50, [b"<IDS|MSG>", b"0" * 64, b"{}", b"{}", b"{}", b"{}"],
                      [b"x" * (1 << 20)], [b"<IDS|MSG>", b"", b"null", b"null", b"null", b"null"]):
            s.send_multipart(parts)
        s.close(100)
    context.term()
    reply, _ = run(kc, "print 1")
    assert reply["content"]["status"] == "ok"
    step("forged frames from libzmq")


def check_two_clients(km, kc):
    other = km.client()
    other.start_channels()
    other.wait_for_ready(timeout=TIMEOUT)
    a, b = kc.execute("print a"), other.execute("print b")
    for client, msg_id, text in ((kc, a, "a\n"), (other, b, "b\n")):
        _, out = finish(client, msg_id)
        assert stdout(out) == text, out
    other.stop_channels()
    step("two clients")


def check_heartbeat(kc):
    end = time.monotonic() + TIMEOUT
    while not kc.hb_channel.is_beating():
        assert time.monotonic() < end, "the heart does not beat"
        time.sleep(0.1)
    time.sleep(2.5)
    assert kc.hb_channel.is_beating()
    step("heartbeat")


def main():
    if sys.argv[1] == "curve":
        if not hasattr(Manager, "transport_encryption") or not zmq.has("curve"):
            step("left out: this jupyter_client or libzmq can't encrypt")
            return
        km = Manager(transport="tcp", transport_encryption="required")
    else:
        km = Manager(transport=sys.argv[1])
    km.start_kernel()
    kc = km.client()
    kc.start_channels()
    kc.hb_channel.unpause()
    try:
        kc.wait_for_ready(timeout=TIMEOUT)
        step("ready")
        check_execute(kc)
        check_stdin(kc)
        check_control(km, kc)
        if sys.argv[1] != "curve":  # others can't even connect there
            check_garbage(km, kc)
        check_two_clients(km, kc)
        check_heartbeat(kc)
        km.restart_kernel()
        kc.wait_for_ready(timeout=TIMEOUT)
        assert run(kc, "value 1")[0]["content"]["execution_count"] == 1
        step("restart")
        began = time.monotonic()
        km.shutdown_kernel()
        assert not km.is_alive()
        step(f"shutdown in {time.monotonic() - began:.2f} s")
    finally:
        kc.stop_channels()
        if km.has_kernel and km.is_alive():
            km.shutdown_kernel(now=True)


if __name__ == "__main__":
    main()
