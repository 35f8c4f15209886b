"""The first process of a guest in which the tool itself runs: registers entries, examines this guest, tells of it.

Usage: guest_tool.py JSON, a file with {"module": …, "scenarios": {name: register string}}.
"""

import ctypes
import json
import os
import subprocess
import sys
import traceback

POWER_OFF = 0x4321FEDC
SYS_FINIT_MODULE = 313
REGISTRY = "/proc/sys/fs/binfmt_misc"
SCRATCH = "/mnt"
DONE = "@@ done"
REPORT = "@@ report"


def main(path: str) -> None:
    libc = ctypes.CDLL(None)
    with open(path, encoding="utf-8") as stream:
        plan = json.load(stream)
    libc.mount(b"proc", b"/proc", b"proc", 0, None)
    libc.mount(b"tmpfs", SCRATCH.encode(), b"tmpfs", 0, None)
    descriptor = os.open(plan["module"], os.O_RDONLY)
    libc.syscall(SYS_FINIT_MODULE, descriptor, b"", 0)
    libc.mount(b"binfmt_misc", REGISTRY.encode(), b"binfmt_misc", 0, None)
    # The probes are written where this guest may write: the rest is the host's, and read-only.
    environment = {"PATH": "/usr/bin:/bin", "TMPDIR": SCRATCH, "PYTHONDONTWRITEBYTECODE": "1"}
    environment["PYTHONPATH"] = os.path.dirname(os.path.abspath(path))
    for name, line in plan["scenarios"].items():
        write("status", b"-1")
        write("register", line.encode())
        command = [sys.executable, "-m", "qemudoctor", "--require", "linux/arm64", "--json"]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=SCRATCH)
        print(REPORT, json.dumps([name, done.returncode, done.stdout, done.stderr]), flush=True)


def write(name: str, content: bytes) -> None:
    descriptor = os.open(f"{REGISTRY}/{name}", os.O_WRONLY)
    os.write(descriptor, content)
    os.close(descriptor)


if __name__ == "__main__":
    try:
        main(sys.argv[1])
        print(DONE, flush=True)
    except BaseException:
        traceback.print_exc()
    finally:
        os.sync()
        ctypes.CDLL(None).reboot(POWER_OFF)
