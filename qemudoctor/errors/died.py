"""What a log says of the program or the step that died, apart from everything else that stands in it."""

from qemudoctor.errors.recognition import Seen, compiled

_PREFIX = r"^#\d{1,4} (?:\d{1,6}\.\d{1,3} )?"
"""BuildKit's number of the step, and its seconds."""
# What begins a step: the last of them before a crash is the one that died.
_STEP = (
    r"^(?:(?:=> )?\[[^\]\n]{1,60}\] run |step \d{1,3}(?:/\d{1,3})? ?: run |\++ \S|[\w.@:~/-]{0,80}[$#] \S"
    r"|setting up [\w.+-]{2,60} \(|processing triggers for |executing [\w.+-]{2,60}\.(?:trigger|p(?:re|ost)-))"
)
_INSTRUCTION = r"^run \S"
"""Of a Dockerfile, which holds them all, whichever died: it tells only where it is alone."""
# What names that which died, wherever it stands.
_DIED = (
    r"\berror processing (?:package|archive) |^e: sub-process |\bprocess \"[^\n]{1,400}\" did not complete\b"
    r"|^the command '[^\n]{1,400}' returned a non-zero code|^ ?> \[[^\]\n]{1,60}\] run |^ {0,4}\d{0,5} ?\|? ?>>> run "
    r"|\*\*\* \[[^\n]{1,200}\] (?:error \d|segmentation|illegal|aborted)|\bexit (?:status|code):? ?13[249]\b"
)
_LONGEST = 2000
_MOST_LINES = 4000


def what_died(seen: Seen) -> str:
    """Return the lines that say what died, in lower case: the symptom's own, those that name it, its step's beginning.

    Format: one text, with a line for each.
    """
    lines = seen.context.split("\n", _MOST_LINES)[:_MOST_LINES]
    first = seen.line.split("\n", 1)[0]
    own = next((n for n, line in enumerate(lines) if first in line), None)
    found = [seen.line, *(x for x in map(_without_number, lines) if _is(_DIED, x))]
    if own is not None:
        found.append(_step_before(lines, own))
    return "\n".join(found)


def _step_before(lines: list[str], own: int) -> str:
    """Return the line that began the step of a line, "" if none is known to have."""
    step = _number(lines[own])
    instructions = [n for n, line in enumerate(lines) if _is(_INSTRUCTION, line)]
    for n in range(own - 1, -1, -1):
        if _number(lines[n]) != step:
            continue
        text = _without_number(lines[n])
        if _is(_STEP, text) or instructions == [n]:
            return text
        if n in instructions:
            return ""
    return ""


def _number(line: str) -> str:
    """Return BuildKit's number of a step, "" for a line without one."""
    found = compiled(_PREFIX).match(line)
    return "" if found is None else found[0].split()[0]


def _without_number(line: str) -> str:
    return compiled(_PREFIX).sub("", line.rstrip("\r"))


def _is(pattern: str, line: str) -> bool:
    return compiled(pattern).search(line[:_LONGEST]) is not None
