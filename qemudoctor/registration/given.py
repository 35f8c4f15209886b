"""Registrations that somebody gives us to judge: a binfmt.d file, a format file of update-binfmts, or one line."""

from typing import NamedTuple

from qemudoctor.facts.updatebinfmts import parse_row

LINE = "line"
BINFMT_D = "binfmt.d"
UPDATE_BINFMTS = "update-binfmts"
FORMATS = (LINE, BINFMT_D, UPDATE_BINFMTS)

_KEYS = frozenset(
    "package interpreter magic extension offset mask detector credentials preserve fix_binary".split()  # noqa: SIM905  # words
)
_ROW = (
    "package",
    "type",
    "offset",
    "magic",
    "mask",
    "interpreter",
    "detector",
    "credentials",
    "preserve",
    "fix_binary",
)
_SWITCHES = ("credentials", "preserve", "fix_binary")
_LINE_FIELDS = 7
_TYPES = (":M:", ":E:")


class Given(NamedTuple):
    """One registration as it was given: where it stands, its register string, or why there is none."""

    source: str
    line: bytes
    fault: str | None = None


def is_line(text: str) -> bool:
    """Return whether an argument that names no file is meant as a register string, however wrong it is.

    Its first letter separates the fields; where that was left out, it has the type between colons.
    """
    if not text or text[0] in "/.-_~":
        return False
    return (text[0].isprintable() and not text[0].isalnum() and not text[0].isspace()) or any(x in text for x in _TYPES)


def parse_given(content: bytes, *, path: str) -> tuple[str, tuple[Given, ...]]:
    """Return the format of a file and its registrations, in the order in which they are written.

    Format: binfmt.d(5), one register string a line, # and ; begin comments; or what `update-binfmts --import` reads,
        one format a file, named as the file, a word and its value a line.
    """
    lines = [(number, line.strip()) for number, line in enumerate(content.split(b"\n"), 1)]
    told = [(number, line) for number, line in lines if line and line[:1] not in b"#;"]
    if told and told[0][1].split(None, 1)[0].decode("latin-1") in _KEYS:
        return UPDATE_BINFMTS, (_parse_format([line for _, line in lines if line], path=path),)
    return BINFMT_D, tuple(Given(f"{path}:{number}", line) for number, line in told)


def _parse_format(lines: list[bytes], *, path: str) -> Given:
    """Return the line that update-binfmts writes for a format file.

    Source: binfmt-support 2.2.2, whose files were compared with what it registers.
    """
    values: dict[str, str] = {}
    for raw in lines:
        key, *rest = raw.decode("utf-8", "surrogateescape").split(None, 1)
        if key not in _KEYS:
            return Given(path, b"", f"update-binfmts knows no field {key[:40]!r}")
        values[key] = rest[0] if rest else ""
    fault = _fault(values)
    if fault is not None:
        return Given(path, b"", fault)
    kind = "magic" if "magic" in values else "extension"
    values = {**values, "type": kind, "magic": values[kind]}
    row = "\n".join(values.get(field, "") for field in _ROW)
    line = parse_row(path.rpartition("/")[2], row.encode("utf-8", "surrogateescape"))
    return (
        Given(path, b"", "every separator that update-binfmts knows is in a field")
        if line is None
        else Given(path, line)
    )


def _fault(values: dict[str, str]) -> str | None:
    """Return what update-binfmts lacks in a format file or refuses in it."""
    for key in ("package", "interpreter"):
        if not values.get(key):
            return f"the field {key} is missing"
    if bool(values.get("magic")) == bool(values.get("extension")):
        return "one of the fields magic and extension has to be there, not both"
    odd = next((key for key in _SWITCHES if values.get(key, "no") not in ("yes", "no")), None)
    if odd is not None:
        return f"the field {odd} is neither yes nor no"
    if values.get("detector"):
        return "it has a detector: the kernel gets run-detectors for an interpreter, which decides at each start"
    return None


def field_position(line: bytes, field: str) -> int:
    """Return the byte at which a field of a register string begins; 0 where the whole line is meant."""
    order = ("", "name", "type", "offset", "magic", "mask", "interpreter", "flags")
    if field not in order or not line:
        return 0
    parts = line.split(line[:1], _LINE_FIELDS)
    number = order.index(field)
    return min(len(line), sum(len(x) + 1 for x in parts[:number]))
