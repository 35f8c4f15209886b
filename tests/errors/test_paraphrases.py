"""Messages in other words than those of the corpus: other programs, paths, engines, line numbers, languages."""

import json
from typing import Any

import pytest

from qemudoctor.errors import explain_error
from tests.support.repository import ROOT

CASES: list[dict[str, Any]] = [
    json.loads(line) for line in (ROOT / "tests/errors/paraphrases.jsonl").read_text(encoding="utf-8").splitlines()
]
OURS = [case for case in CASES if case["first"]]
FOREIGN = [case for case in CASES if not case["first"]]


@pytest.mark.parametrize("case", OURS, ids=[case["text"][:60] for case in OURS])
def test_first_cause(case: dict[str, Any]) -> None:
    explanation = explain_error(case["text"])
    assert explanation.recognised
    assert explanation.causes[0].id in case["first"]


@pytest.mark.parametrize("case", OURS, ids=[case["text"][:60] for case in OURS])
def test_prefixes_change_nothing(case: dict[str, Any]) -> None:
    lines = case["text"].split("\n")
    stamped = "\r\n".join(f"\x1b[31m2026-02-03T04:05:06.789Z\x1b[0m {line}" for line in lines)
    assert explain_error(stamped).causes[0].id in case["first"]


@pytest.mark.parametrize("case", FOREIGN, ids=[case["text"][:60] for case in FOREIGN])
def test_what_looks_alike_is_not_ours(case: dict[str, Any]) -> None:
    explanation = explain_error(case["text"])
    assert not explanation.recognised
    assert explanation.causes == ()


PROGRAMS = ("/usr/bin/redis-server", "/app/bin/api", "/opt/x/y", "./tool")
EMITTERS = {
    "crun": "Error: crun: open executable: Permission denied: OCI permission denied",
    "docker": "docker: no matching manifest for linux/arm64/v8 in the manifest list entries.",
    "buildkit": "#5 0.213 .buildkit_qemu_emulator: /bin/sh: Invalid ELF image for this architecture",
    "podman": "WARNING: image platform (linux/amd64) does not match the expected platform (linux/arm64)",
    "kubernetes": 'Failed to pull image "x": no match for platform in manifest: not found',
    "bash": "bash: ./x: cannot execute binary file: Exec format error",
    "dash": "sh: 1: ./x: Exec format error",
    "zsh": "zsh: exec format error: ./x",
    "qemu": "qemu: uncaught target signal 11 (Segmentation fault) - core dumped",
    "binfmt-register-script": "cannot mount binfmt_misc filesystem at /proc/sys/fs/binfmt_misc",
    "update-binfmts": "update-binfmts: warning: unable to close /proc/sys/fs/binfmt_misc/register: Invalid argument",
    "systemd-binfmt": "systemd-binfmt[1]: Failed to add binary format: Invalid argument",
    "systemd": "x.service: Main process exited, code=exited, status=203/EXEC",
    "mount": "mount: /proc/sys/fs/binfmt_misc: unknown filesystem type 'binfmt_misc'.",
    "modprobe": "modprobe: FATAL: Module binfmt_misc not found in directory /lib/modules/6.1.0",
    "go": "fork/exec /x: exec format error",
    "python": "OSError: [Errno 8] Exec format error: '/x'",
    "node": "Error: spawn ENOEXEC",
    "java": 'java.io.IOException: Cannot run program "/x": error=8, Exec format error',
    "rust": "Exec format error (os error 8)",
    "perl": 'Can\'t exec "/x": Exec format error at x.pl line 3.',
    "ruby": "Errno::ENOEXEC: Exec format error - /x",
    "rosetta": "rosetta error: failed to open elf at /lib64/ld-linux-x86-64.so.2",
    "sudo": "sudo: unable to execute ./x: Exec format error",
    "dpkg": " package architecture (amd64) does not match system (arm64)",
    "chroot": 'W: Failure trying to run: chroot "/x" /bin/true',
    "mmdebstrap": "E: arm64 can neither be executed natively nor via qemu user emulation with binfmt_misc",
}


@pytest.mark.parametrize("emitter", EMITTERS)
def test_emitter_is_named(emitter: str) -> None:
    assert explain_error(EMITTERS[emitter]).symptoms[0].emitter == emitter


CODES = (175, 178, 185, 187, 190, 195, 207, 211, 219, 228, 236)


@pytest.mark.parametrize("program", PROGRAMS)
def test_any_program_that_is_for_another_machine(program: str) -> None:
    for text in (
        f"exec {program}: exec format error",
        f'{{"msg":"exec container process `{program}`: Exec format error","level":"error"}}',
        f"bash: {program}: cannot execute binary file: Exec format error",
        f"OSError: [Errno 8] Exec format error: '{program}'",
        f"fork/exec {program}: exec format error",
        f"make[2]: execvp: {program}: Exec format error",
    ):
        explanation = explain_error(text)
        assert explanation.causes[0].id == "image-arch-mismatch", text
        assert "binfmt-not-registered" in [x.id for x in explanation.causes[:3]]
        assert explanation.symptoms[0].program == program, text
        assert explanation.symptoms[0].errno == "ENOEXEC"


@pytest.mark.parametrize("code", CODES)
def test_line_number_of_runc_tells_its_release(code: int) -> None:
    text = f'standard_init_linux.go:{code}: exec user process caused "exec format error"'
    symptom = explain_error(text).symptoms[0]
    assert symptom.emitter == "runc"
    assert symptom.emitter_version
