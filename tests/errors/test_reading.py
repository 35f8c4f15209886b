"""Logs as drivers, build tools and terminals write them."""

import json

import pytest

from qemudoctor.errors import explain_error
from qemudoctor.errors.reading.cleaning import clean_line
from qemudoctor.errors.reading.lines import Log
from qemudoctor.errors.reading.partial import join_partial_lines

SAID = "exec /bin/sh: exec format error"
WRAPPED = {
    "nothing": SAID,
    "BuildKit, plain": f"#12 0.345 {SAID}",
    "BuildKit, with stage": f"#12 [linux/arm64 2/5] {SAID}",
    "BuildKit, list of the last lines": f"0.345 {SAID}",
    "BuildKit, terminal": f" => => # {SAID}",
    "GitHub": f"2026-01-02T03:04:05.1234567Z {SAID}",
    "GitHub, error": f"2026-01-02T03:04:05.1234567Z ##[error]{SAID}",
    "Jenkins": f"[2026-02-18T09:48:49.571Z] [docker] {SAID}",
    "GitLab, colours": f"\x1b[0K\x1b[31;1m{SAID}\x1b[0;m",
    "escape lost": f"[91m{SAID}[0m",
    "Docker, json-file": '{"log":"' + SAID + '\\n","stream":"stderr","time":"2026-01-02T03:04:05Z"}',
    "crun": '{"msg":"' + SAID + '","level":"error","time":"2026-01-02T03:04:05Z"}',
    "Kubernetes, CRI": f"2026-01-02T03:04:05.123456789Z stderr F {SAID}",
    "logrus": f'time="2026-01-02T03:04:05Z" level=error msg="{SAID}"',
    "compose": f"web_1     | {SAID}",
    "compose, new": f"web-1  | {SAID}",
    "journal": f"Jul 10 21:44:35 node7 {SAID}".replace("node7 exec", "node7 dockerd[12]: exec"),
    "Windows": f"{SAID}\r",
}


@pytest.mark.parametrize("line", WRAPPED.values(), ids=WRAPPED)
def test_what_was_said_is_found(line: str) -> None:
    assert clean_line(line).removeprefix("dockerd[12]: ") == SAID
    assert explain_error(line).symptoms[0].program == "/bin/sh"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("bash: ./x: Datei oder Verzeichnis nicht gefunden", "bash: ./x: no such file or directory"),
        ("bash: ./x: Aucun fichier ou dossier de ce type", "bash: ./x: no such file or directory"),
        ("bash: ./x: No existe el fichero o el directorio", "bash: ./x: no such file or directory"),
        ("bash: ./x: そのようなファイルやディレクトリはありません", "bash: ./x: no such file or directory"),
        ("bash: ./x: 没有那个文件或目录", "bash: ./x: no such file or directory"),
        ("bash: ./x: 沒有此一檔案或目錄", "bash: ./x: no such file or directory"),
    ],
    ids=["de", "fr", "es", "ja", "zh_CN", "zh_TW"],
)
def test_languages(line: str, expected: str) -> None:
    assert clean_line(line) == expected


@pytest.mark.parametrize("length", range(len(SAID) - 5, len(SAID)))
def test_line_that_was_cut(length: int) -> None:
    assert clean_line(SAID[:length]) == SAID


def test_script_of_windows_is_seen_though_line_ends_are_too() -> None:
    text = "first\r\n/usr/bin/env: 'bash\r': No such file or directory\r\n"
    assert explain_error(text).causes[0].id == "shebang-crlf"


def test_powershell_writes_utf_16() -> None:
    assert explain_error(("\ufeff" + SAID).encode("utf-16-le")).recognised


def test_number_of_the_line() -> None:
    text = "\n".join(("nothing", "here", SAID, "and here"))
    assert explain_error(text).symptoms[0].number == 3
    assert [line.number for line in Log(text).candidates()] == [3]


def test_several_failures_are_told_apart_in_their_order() -> None:
    text = "\n".join(
        (
            "sh: write error: File exists",
            *("noise",) * 50,
            "<jemalloc>: Unsupported system page size",
            *("noise",) * 50,
            "rosetta error: bss_size overflow",
        )
    )
    explanation = explain_error(text)
    assert [x.causes[0].id for x in explanation.failures] == ["register-exists", "page-size", "rosetta"]


def test_same_line_again_and_again_is_one_symptom() -> None:
    assert len(explain_error("\n".join([SAID] * 500)).symptoms) == 1


def test_programs_for_different_platforms_are_different_failures() -> None:
    log = "linux/arm64: exec /bin/sh: exec format error\nlinux/s390x: exec /opt/run.sh: exec format error"
    failures = explain_error(log).failures
    assert [x.symptoms[0].platform for x in failures] == ["linux/arm64", "linux/s390x"]


def test_reason_stands_beside_the_cause_that_it_speaks_for() -> None:
    causes = {x.id: x for x in explain_error("exec /usr/local/bin/entry.sh: exec format error").causes}
    assert any("the name of a script" in x for x in causes["shebang-missing"].because)
    assert not any("the name of a script" in x for x in causes["image-metadata-mismatch"].because)


def test_rosetta_and_its_trap_are_one_failure() -> None:
    log = "rosetta error: failed to open elf at /lib64/ld-linux-x86-64.so.2\nTrace/breakpoint trap"
    assert len(explain_error(log).failures) == 1


STAMP = "2026-01-02T03:04:05.123456789Z"
PARTS = (f"{STAMP} stderr P exec /bin/sh: ex", f"{STAMP} stderr P ec for", f"{STAMP} stderr F mat error")


@pytest.mark.parametrize("filler", [0, 3000], ids=["short", "long"])
def test_line_that_was_written_in_parts(filler: int) -> None:
    lines = [f"{STAMP} stdout F started", *PARTS, *[f"{STAMP} stdout F a line of the log"] * filler]
    symptom = explain_error("\n".join(lines)).symptoms[0]
    assert (symptom.line, symptom.number, symptom.program) == (SAID, 2, "/bin/sh")


def test_parts_between_which_the_other_stream_wrote() -> None:
    lines = (
        PARTS[0],
        f"{STAMP} stdout P half a ",
        *PARTS[1:],
        f"{STAMP} stdout F line",
        f"{STAMP} stderr F {SAID[:-1]}s",
    )
    log = join_partial_lines("\n".join(lines).encode()).decode().split("\n")
    assert log == [f"{STAMP} stderr P {SAID}", f"{STAMP} stdout P half a line", "", "", "", lines[-1]]


def test_part_of_which_the_rest_is_missing() -> None:
    assert explain_error(f"{STAMP} stderr P {SAID}\n{STAMP} stdout F ready").symptoms[0].line == SAID


def test_parts_of_a_line_without_end_are_joined_to_a_limit() -> None:
    data = b"\n".join([f"{STAMP} stderr P {'x' * 100_000}".encode()] * 100)
    lines = join_partial_lines(data).split(b"\n")
    assert len(lines) == 100
    assert max(map(len, lines)) < 1 << 21


def test_text_without_parts_stays_as_it_is() -> None:
    data = "\n".join((SAID, "x P y", f"{STAMP} stdout F {SAID}", "")).encode()
    assert join_partial_lines(data) == data


@pytest.mark.parametrize(
    ("line", "program"),
    [
        ("bash: ./my dir/my tool: cannot execute binary file: Exec format error", "./my dir/my tool"),
        ("./build.sh: line 12: ./tool: cannot execute binary file: Exec format error", "./tool"),
        ("chroot: failed to run command '/my root/bin/sh': Exec format error", "/my root/bin/sh"),
        ("exec '/opt/my app/run': Exec format error", "/opt/my app/run"),
        ('Os { code: 8, kind: Uncategorized, message: "Exec format error" }', None),
    ],
)
def test_name_of_the_program(line: str, program: str | None) -> None:
    assert explain_error(line).symptoms[0].program == program


@pytest.mark.parametrize(
    ("line", "emitter"),
    [
        ('ERROR: process "/bin/sh -c make" did not complete successfully: exit code: 132', "buildkit"),
        ("Fatal glibc error: CPU does not support x86-64-v2", "glibc"),
        ("Exec format error", "other"),
    ],
)
def test_who_says_so(line: str, emitter: str) -> None:
    assert explain_error(line).symptoms[0].emitter == emitter


def test_program_of_macos_is_for_no_platform_of_linux() -> None:
    line = "dlopen(x.node): (mach-o file, but is an incompatible architecture (have 'x86_64', need 'arm64'))"
    assert explain_error(line).symptoms[0].platform is None


FILLER = "a line of the log that is fine\n" * 1000


@pytest.mark.parametrize(
    "line",
    [
        "bash: ./x: \x1b[31mcannot\x1b[0m execute binary file",
        "exec \x1b[1mformat\x1b[0m error",
        json.dumps({"log": "exec /bin/sh: Ошибка формата выполняемого файла"}),
        json.dumps({"log": "exec /bin/sh: exec\u00a0format error"}),
    ],
)
def test_long_log_is_read_as_a_short_one(line: str) -> None:
    assert explain_error(line).recognised
    assert explain_error(FILLER + line).recognised


def test_parts_of_different_lines_are_not_joined() -> None:
    late = (
        "2026-01-02T03:04:05.1Z stderr P loading module foo \n"
        "2026-01-02T03:04:09.1Z stderr F exec /bin/sh: exec format error"
    )
    assert [x.number for x in explain_error(late).symptoms] == [2]
    far = (
        f"2026-01-02T03:04:05.1Z stderr P exec /bin/sh: exec for\n{FILLER * 4}2026-01-02T03:04:05.2Z stderr F mat error"
    )
    assert join_partial_lines(far.encode()) == far.encode()


def test_line_of_many_parts_is_joined() -> None:
    parts = [f"2026-01-02T03:04:05.{i:09}Z stderr P x" for i in range(99)]
    log = "\n".join((*parts, "2026-01-02T03:04:05.9Z stderr P  exec for", "2026-01-02T03:04:05.9Z stderr F mat error"))
    assert explain_error(log).symptoms[0].number == 1
