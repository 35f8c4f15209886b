"""The explanation in its formats."""

import json

import pytest

from qemudoctor.errors import Explanation, explain_error
from qemudoctor.report.explanation_json import render_explanation_json
from qemudoctor.report.explanation_markdown import render_explanation_markdown
from qemudoctor.report.explanation_report import render_bug_report
from qemudoctor.report.explanation_text import render_explanation_text
from tests.support.hosts import ask, centos_7, entry_text, linux, static_emulator, ubuntu_1604
from tests.support.repository import ROOT
from tests.support.schemas import validator

CASES = [
    json.loads(line)["text"]
    for line in (ROOT / "fixtures/corpus/errors.jsonl").read_text(encoding="utf-8").splitlines()
]
NOT_FOUND = 'standard_init_linux.go:190: exec user process caused "no such file or directory"'
KINDS: dict[str, Explanation] = {
    "by the text": explain_error(NOT_FOUND),
    "confirmed": explain_error(NOT_FOUND, ask(centos_7())),
    "ruled out": explain_error(NOT_FOUND, ask(ubuntu_1604())),
    "several": explain_error("sh: write error: File exists\n\n<jemalloc>: Unsupported system page size"),
    "not ours": explain_error("make: *** [all] Error 2"),
    "similar": explain_error("qemu-aarch64-static: something new went wrong"),
}


def test_json_of_every_case_fits_the_schema() -> None:
    schema = validator("explanation")
    for text in CASES:
        found = list(schema.iter_errors(json.loads(render_explanation_json(explain_error(text)))))
        assert not found, (text, found[0])


@pytest.mark.parametrize("explanation", KINDS.values(), ids=KINDS)
def test_json_fits_the_schema(explanation: Explanation) -> None:
    document = json.loads(render_explanation_json(explanation))
    assert not list(validator("explanation").iter_errors(document))
    assert document["recognised"] == explanation.recognised
    assert [x["id"] for x in document["causes"]] == [x.id for x in explanation.causes]


@pytest.mark.parametrize("explanation", KINDS.values(), ids=KINDS)
def test_text_says_all(explanation: Explanation) -> None:
    text = render_explanation_text(explanation)
    assert text.endswith("\n")
    joined = " ".join(text.split())
    for cause in explanation.causes:
        assert cause.id in joined
        assert " ".join(cause.title.split()) in joined
    if not explanation.recognised:
        assert "nothing to do with" in joined


def test_text_of_a_confirmed_cause_names_check_and_commands() -> None:
    text = render_explanation_text(KINDS["confirmed"])
    assert "confirmed by QD201" in text
    assert "runc 1.0.0-rc5" in text
    assert "to do (f-flag-missing)" in text


@pytest.mark.parametrize("explanation", KINDS.values(), ids=KINDS)
def test_markdown(explanation: Explanation) -> None:
    text = render_explanation_markdown(explanation)
    assert text.count("```") % 2 == 0
    for cause in explanation.causes:
        assert f"`{cause.id}`" in text


def test_markdown_keeps_what_a_log_holds_inside_its_code() -> None:
    hostile = "exec /bin/`` ``` ```` @someone <img src=x>: exec format error"
    text = render_explanation_markdown(explain_error(f"bash: {hostile}"))
    fence = text.splitlines()[0]
    assert set(fence) == {"`"}
    assert text.count(f"\n{fence}\n") >= 1


def test_bug_report_names_nobody() -> None:
    text = (
        "me@build-7:/home/alice/x$ qemu-aarch64-static: strange: /home/alice/x https://git.example/x?token=1 "
        "10.1.2.3 a@example.org password=hunter2 0123456789abcdef0123"
    )
    report = render_bug_report(explain_error(text))
    for word in ("alice", "git.example", "10.1.2.3", "example.org", "hunter2", "0123456789abcdef", "build-7"):
        assert word not in report, word
    assert "qemu-aarch64-static" in report


PROSE = 80


@pytest.mark.parametrize("explanation", KINDS.values(), ids=KINDS)
def test_text_is_narrow_but_for_what_is_quoted_or_pasted(explanation: Explanation) -> None:
    quoted = [x.line for x in explanation.symptoms]
    pasted = [y for x in explanation.causes for remedy in x.remedies for z in remedy.commands for y in z.split("\n")]
    for line in render_explanation_text(explanation).splitlines():
        assert len(line) <= PROSE or any(x in line for x in (*quoted, *pasted)) or " " not in line.strip(), line


def test_text_has_no_holes_between_words() -> None:
    for explanation in KINDS.values():
        for line in render_explanation_text(explanation).splitlines():
            if not line.startswith(" " * 9):
                assert "  " not in line.strip(), line


def test_who_says_so_is_named_where_it_names_itself() -> None:
    assert "who says so: chroot" in render_explanation_text(
        explain_error("chroot: failed to run command '/bin/sh': Exec format error")
    )


def test_known_faults_of_qemu_are_told_once() -> None:
    text = render_explanation_text(explain_error("qemu: uncaught target signal 11 (Segmentation fault) - core dumped"))
    assert text.count("binfmt/issues/215") == 1


def test_text_and_markdown_say_where_to_read_on() -> None:
    explanation = KINDS["confirmed"]
    reference = explanation.causes[0].references[0]
    assert f"qemu-doctor explain f-flag-missing, {reference}" in " ".join(render_explanation_text(explanation).split())
    assert f"<{reference}>" in render_explanation_markdown(explanation)


def test_host_that_rules_out_what_a_message_means_is_said_to_be_another() -> None:
    text = "modprobe: FATAL: Module binfmt_misc not found in directory /lib/modules/6.1.0-13-amd64"
    said = "may come from another host"
    assert said in render_explanation_text(explain_error(text, ask(linux())))
    assert said in render_explanation_markdown(explain_error(text, ask(linux())))
    assert said not in render_explanation_text(explain_error(text, ask(linux(mount="not-mounted"))))
    assert said not in render_explanation_text(explain_error(text))


def test_host_that_rules_out_little_is_taken_for_the_one() -> None:
    text = (
        "docker logs x\n"
        "/y: error while loading shared libraries: z.so: cannot open shared object file: Permission denied"
    )
    host = linux(
        entries={"qemu-aarch64": entry_text(flags="F")},
        files={"/usr/bin/qemu-aarch64-static": static_emulator("aarch64")},
    )
    explanation = explain_error(text, ask(host, "arm64"))
    assert any(x.standing.value == "ruled-out" for x in explanation.causes)
    assert "may come from another host" not in render_explanation_text(explanation)


def test_answer_of_the_module_is_not_explained_as_that_of_a_program() -> None:
    assert "answer: ENOENT\n" in render_explanation_text(
        explain_error("modprobe: FATAL: Module binfmt_misc not found.")
    )
