"""Logs are written by strangers: no escape gets out, no pattern runs away, no size matters."""

import random
import resource
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qemudoctor.errors import explain_error
from qemudoctor.errors.evidence import FEATURES, NEEDS
from qemudoctor.errors.recognition import compiled
from qemudoctor.errors.signatures import signatures
from qemudoctor.report.explanation_json import render_explanation_json
from qemudoctor.report.explanation_markdown import render_explanation_markdown
from qemudoctor.report.explanation_report import render_bug_report
from qemudoctor.report.explanation_text import render_explanation_text

SIGNATURES = signatures()
WORDS = tuple(
    dict.fromkeys(
        word
        for signature in SIGNATURES
        for word in (*signature.needles, *signature.pattern.replace("\\", " ").replace("|", " ").split()[:4])
    )
)
PIECES = (*WORDS, " ", ":", "/", "'", '"', "(", "{", "a" * 50, "\\" * 50, "\x1b[", "0" * 30, "/x" * 40, ": " * 40)


def _patterns() -> list[str]:
    return [*(x.pattern for x in SIGNATURES), *(x.pattern for x in FEATURES if x.pattern), *NEEDS.values()]


@pytest.mark.parametrize("render", [render_explanation_text, render_explanation_markdown, render_bug_report])
def test_no_control_character_gets_out(render: object) -> None:
    assert callable(render)
    for control in ("\x1b[2J", "\x1b]0;title\x07", "\x07", "\x9b31m", "\u202e", "\x00", "\x7f", "\x1bP1q\x1b\\"):
        text = f"exec /bin/{control}sh{control}: exec format error{control}\nqemu-{control}x: {control}"
        out = str(render(explain_error(text)))
        assert all(letter.isprintable() or letter == "\n" for letter in out.replace("\u200b", "")), repr(control)


def test_json_is_ascii() -> None:
    assert render_explanation_json(explain_error("exec /bin/\x1b[31m\u202esh: exec format error")).isascii()


def test_no_pattern_runs_away() -> None:
    """Each pattern against texts made of what it looks for: at most 10 microseconds a byte, on a slow machine."""
    chance = random.Random(7)
    texts = ["".join(chance.choice(PIECES) for _ in range(120))[:4096] for _ in range(6)]
    texts += [f"{word} " * 400 for word in ("exec", "qemu-", "binfmt_misc ", "/lib/ld-", "syntax error: ")]
    for pattern in _patterns():
        search = compiled(pattern).search
        for text in texts:
            start = time.process_time()
            search(text[:4096])
            spent = time.process_time() - start
            assert spent < 4096 * 10e-6, (pattern, text[:80], spent)


def test_no_pattern_runs_away_on_its_own_words() -> None:
    """Each pattern against what it is tried for, again and again: at most 30 microseconds a byte, on a slow machine."""
    for signature in SIGNATURES:
        search = compiled(signature.pattern).search
        for needle in signature.needles:
            for unit in (needle, f"{needle} ", f"{needle}/x "):
                text = (unit * 2048)[:2048]
                start = time.process_time()
                search(text)
                spent = time.process_time() - start
                assert spent < 2048 * 30e-6, (signature.id, unit, spent)


def test_no_line_runs_away() -> None:
    chance = random.Random(11)
    for _ in range(40):
        text = "".join(chance.choice(PIECES) for _ in range(2000))
        start = time.process_time()
        explain_error(text)
        assert time.process_time() - start < 0.5 + len(text) * 20e-6


def test_long_lines_of_one_word_are_bounded() -> None:
    """Ten megabytes of them: what lies around the needle is read of all but the first."""
    for word in ("a/", "execv(", "chdir to cwd ", "binfmt"):
        lines = [f"{number}{word * (4000 // len(word))} exec format error" for number in range(2_500)]
        start = time.process_time()
        explain_error("\n".join(lines))
        assert time.process_time() - start < 20, word


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
@settings(max_examples=150, deadline=None)
def test_anything_can_be_said(text: str) -> None:
    explanation = explain_error(text)
    assert explanation.recognised == bool(explanation.causes)
    scores = [x.score for x in explanation.causes]
    assert all(0 <= x <= 1 for x in scores)
    render_explanation_text(explanation)


@given(st.binary(max_size=400))
@settings(max_examples=100, deadline=None)
def test_any_bytes_can_come(data: bytes) -> None:
    explain_error(data)


@pytest.fixture(scope="module")
def large() -> bytes:
    """Return a log of 10 MB in which three lines matter."""
    chance = random.Random(3)
    words = [
        "npm",
        "warn",
        "installing",
        "package",
        "step",
        "layer",
        "cache",
        "get",
        "debug",
        "info",
        "file",
        "path",
        "compile",
        "target",
        "task",
        "platform",
    ]
    lines: list[str] = []
    size = 0
    while size < 10_000_000:
        stamp = f"2026-01-02T03:04:{chance.random() * 60:09.6f}Z #{chance.randrange(50)} {chance.random():.3f} "
        lines.append(stamp + " ".join(chance.choices(words, k=12)))
        size += len(lines[-1]) + 1
    lines[10] = "mount: /proc/sys/fs/binfmt_misc: unknown filesystem type 'binfmt_misc'."
    lines[len(lines) // 2] = "#12 16.25 exec /bin/sh: exec format error"
    lines[-5] = "#6 16.25 qemu: uncaught target signal 11 (Segmentation fault) - core dumped"
    return "\n".join(lines).encode()


def test_large_log_is_read_fast_and_in_little_memory(large: bytes) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    explanation = explain_error(large)
    spent = time.process_time() - start
    assert {x.kind for x in explanation.symptoms} >= {"engine:ENOEXEC", "qemu-signal", "module"}
    assert spent < 1.0
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 << 10
