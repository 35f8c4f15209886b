"""Registrations written to the registry of this namespace: python -m tests.live.registering WHAT FOLDER.

It mounts binfmt_misc, so it runs in namespaces of its own only. One line a case that came out wrong, then the number
of cases.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

from qemudoctor.exceptions import DoctorError
from qemudoctor.facts import Facts
from qemudoctor.host import open_host
from qemudoctor.kernel import Entry
from qemudoctor.platforms import ARCHITECTURES
from qemudoctor.registration.given import LINE, Given
from qemudoctor.registration.judging import judge_all
from qemudoctor.registration.writing import Wanted, Written, content_of, write_registration
from qemudoctor.remedies.emulators import is_sibling
from tests.live.differential.executor import name_of
from tests.live.differential.lines import Lines

REGISTRY = "/proc/sys/fs/binfmt_misc"
FLAGS = ("", "P", "O", "C", "F", "OCF", "PF", "POCF")
SAYABLE = ("", "P", "C", "F", "CF", "PF", "PCF")
LINES = 600


def register(line: bytes) -> str:
    """Return what the kernel says to one write: "ok" or an errno."""
    descriptor = os.open(f"{REGISTRY}/register", os.O_WRONLY)
    try:
        os.write(descriptor, line)
    except OSError as error:
        return name_of(error.errno or 0)
    finally:
        os.close(descriptor)
    return "ok"


def forget() -> None:
    Path(REGISTRY, "status").write_bytes(b"-1")


def written(facts: Facts, folder: str, form: str, flags: str) -> Iterator[Written]:
    """Yield the registration of every architecture, with an emulator that is a link to some program."""
    for architecture in ARCHITECTURES:
        if is_sibling(facts, architecture):
            continue
        path = Path(folder, f"qemu-{architecture.qemu_target}-static")
        if not path.is_symlink():
            path.symlink_to("/bin/true")
        yield write_registration(architecture, Wanted(form, flags, str(path)), facts=facts)


def differs(wanted: Entry | None) -> str | None:
    """Return what the kernel shows for an entry if that is not what was meant."""
    assert wanted is not None
    path = Path(REGISTRY, wanted.name)
    text = path.read_bytes().decode("utf-8", "surrogateescape") if path.exists() else "nothing"
    return None if text == wanted.to_procfs() else f"{wanted.name}: {text!r}"


def lines(facts: Facts, folder: str) -> Iterator[str | None]:
    for flags in FLAGS:
        for one in written(facts, folder, "line", flags):
            content = content_of((one,), form="line", facts=facts)
            said = register(content)
            yield differs(one.judged.entry) if said == "ok" else f"{content!r}: {said}"
            forget()


def systemd(facts: Facts, folder: str) -> Iterator[str | None]:
    file = Path(folder, "qemu.conf")
    for flags in FLAGS:
        all_of_them = tuple(written(facts, folder, "binfmt.d", flags))
        file.write_bytes(content_of(all_of_them, form="binfmt.d", facts=facts))
        ran = subprocess.run(["/usr/lib/systemd/systemd-binfmt", str(file)], capture_output=True, text=True)
        yield None if ran.returncode == 0 and not ran.stderr else ran.stderr
        yield from (differs(x.judged.entry) for x in all_of_them)
        forget()


def update_binfmts(facts: Facts, folder: str) -> Iterator[str | None]:
    admin, formats = Path(folder, "admin"), Path(folder, "formats")
    for flags in SAYABLE:
        for path in (admin, formats):
            path.mkdir(exist_ok=True)
            for old in path.iterdir():
                old.unlink()
        for one in written(facts, folder, "update-binfmts", flags):
            entry = one.judged.entry
            assert entry is not None
            file = formats / entry.name
            file.write_bytes(content_of((one,), form="update-binfmts", facts=facts))
            command = ["update-binfmts", "--admindir", str(admin), "--importdir", str(formats), "--import", str(file)]
            ran = subprocess.run(command, capture_output=True, text=True)
            yield differs(entry) if ran.returncode == 0 else ran.stderr
        forget()


def judged(facts: Facts, _folder: str) -> Iterator[str | None]:
    for seed in range(LINES):
        line = Lines(Random(seed)).line()
        found = judge_all((Given("line", line),), form=LINE, facts=facts, looks=True)[0]
        model = "ok" if found.refusal is None else found.refusal.errno.name if found.refusal.errno else "blocks"
        real = register(line)
        wrong = model != real or (real == "ok" and differs(found.entry))
        yield f"seed {seed}: {line!r}: the kernel says {real}, --check {model}" if wrong else None
        forget()


def main(what: str, folder: str) -> int:
    if subprocess.run(["mount", "-t", "binfmt_misc", "binfmt_misc", REGISTRY]).returncode:
        return 77
    os.chdir("/")
    facts = Facts(open_host())
    cases = {"lines": lines, "systemd": systemd, "update-binfmts": update_binfmts, "judged": judged}
    try:
        found = list(cases[what](facts, folder))
    except DoctorError as error:
        found = [error.message]
    wrong = [x for x in found if x is not None]
    print(ascii("\n".join(wrong)), f"cases: {len(found)}", sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
