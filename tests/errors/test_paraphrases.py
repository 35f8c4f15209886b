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
