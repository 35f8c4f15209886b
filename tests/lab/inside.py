"""Executes the steps of one attempt, in the namespaces that were made for it. Started as a program of its own.

Format: the file named by the first argument holds the steps as JSON, the answers go to the file named by the second.
A step is {"shell": text}, {"write": path, "text": text} or {"execute": path, "argv": words, "root": folder,
"user": number}. With "needed", a failure ends the attempt; with "session", what a shell does to its variables stays for
the steps behind it, as in the shell of a user. An answer is [status, stdout, stderr, errno of execve or null].
"""

import json
import os
import signal
import subprocess
import sys
from typing import Any

_LONGEST_S = 60
_VARIABLES = "/run/lab-variables"


def _answer(step: dict[str, Any]) -> list[Any]:
    if "write" in step:
        with open(step["write"], "w", encoding="latin-1") as file:
            file.write(step["text"])
        return [0, "", "", None]
    if "shell" in step:
        text, options = step["shell"], {}
        if step.get("session"):
            text = f"set -e\n{text}\nenv -0 > {_VARIABLES}\n"
        command = ["sh", "-c", text]
    else:
        command = step["argv"]
        options = {"executable": step["execute"], "preexec_fn": lambda: _become(step.get("root"), step.get("user"))}
    try:
        ran = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_LONGEST_S,
            env={**os.environ, **step.get("env", {})},
            **options,
        )
    except OSError as error:
        return [None, "", "", error.errno]
    except subprocess.TimeoutExpired:
        return [-signal.SIGALRM, "", "did not end", None]
    if step.get("session") and ran.returncode == 0:
        _take_over()
    return [ran.returncode, ran.stdout, ran.stderr, None]


def _take_over() -> None:
    with open(_VARIABLES, encoding="utf-8", errors="surrogateescape") as file:
        variables = dict(row.split("=", 1) for row in file.read().split("\0") if "=" in row)
    os.environ.clear()
    os.environ.update(variables)


def _become(root: str | None, user: int | None) -> None:
    if root is not None:
        os.chroot(root)
        os.chdir("/")
    if user is not None:
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)


def main() -> None:
    """Answer the steps one by one, up to the first needed one that fails."""
    with open(sys.argv[1], encoding="utf-8") as file:
        steps = json.load(file)
    answers = []
    for step in steps:
        answers.append(_answer(step))
        if step.get("needed") and answers[-1][0] != 0:
            break
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        json.dump(answers, file)


if __name__ == "__main__":
    main()
