"""The first process of a guest: runs commands of the differential test, and ends the machine.

Usage: guest.py JSON, a file with {"module": …, "base": …, "commands": [[argument, …], …]}.
"""

import ctypes
import json
import os
import subprocess
import sys
import traceback

POWER_OFF = 0x4321FEDC
DONE = "@@ done"
STATUS = "@@ status"


def main(path: str) -> None:
    libc = ctypes.CDLL(None)
    libc.mount(b"proc", b"/proc", b"proc", 0, None)
    with open(path, encoding="utf-8") as stream:
        plan = json.load(stream)
    os.environ.update(PYTHONDONTWRITEBYTECODE="1", PYTHONPATH=os.path.dirname(os.path.abspath(path)))
    if plan["base"] == "/run":
        os.makedirs("/run", exist_ok=True)
    for number, arguments in enumerate(plan["commands"]):
        # The module is loaded once; the mount of the last command is gone with its process's umount.
        module = ["--module", plan["module"]] if number == 0 else []
        command = [sys.executable, "-m", "tests.live.differential", *arguments, "--base", plan["base"], *module]
        print(STATUS, subprocess.run(command, stderr=subprocess.STDOUT).returncode, flush=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1])
        print(DONE, flush=True)
    except BaseException:
        traceback.print_exc()
    finally:
        os.sync()
        ctypes.CDLL(None).reboot(POWER_OFF)
