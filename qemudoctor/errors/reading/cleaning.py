"""One line of a log without what log drivers, build tools and terminals put around it."""

import re
from functools import cache

from qemudoctor.errors.reading.errnos import BY_TEXT
from qemudoctor.errors.reading.quotes import QUOTES, plain_quotes
from qemudoctor.errors.reading.translations import LINE_WORDS, phrases

LONGEST = 4096
"""Characters of a line that are looked at; what is longer is cut around the place of interest by the reader."""
_SHORTEST_CUT = 8

_ESCAPES = (
    r"\x1b\[[0-?]{0,32}[ -/]{0,8}[@-~]"  # CSI
    r"|\x1b\][^\x07\x1b]{0,2048}(?:\x07|\x1b\\)?"  # OSC
    r"|\x1b[@-_]"
    r"|(?:\^\[|<ESC>|\\x1b|\\u001b|\\033)?\[\d{1,3}(?:;\d{1,3}){0,4}[mK]"  # the escape lost or spelt out
)
# JSON log lines: Docker's json-file {"log": …}, crun's and conmon's {"msg": …}, journald's {"MESSAGE": …}.
_JSON = r'"(?:log|msg|message|MESSAGE)"\s{0,4}:\s{0,4}"((?:[^"\\]|\\.){1,4000})'
_LOGRUS = r'\bmsg="((?:[^"\\]|\\.){1,4000})'
# What stands beside the message: containerd's and the kubelet's error="…", and the same in JSON.
_BESIDE = r'\b(?:error|err|errorMessage|Error)(?:=|"\s{0,4}:\s{0,4})"((?:[^"\\]|\\.){1,4000})'
_QUOTE = r'\\{1,16}(["\'])'
_UNICODE = r"\\u([0-9a-fA-F]{4})"
_TIME = r"\d{1,2}:\d\d:\d\d(?:[.,]\d{1,9})?"
# What stands before the message, tried again and again at the start of the line.
_PREFIX = (
    r"\s+"
    rf"|\[?\d{{4}}[-/]\d\d[-/]\d\d[T ]{_TIME}(?:Z|UTC| ?[+-]\d\d:?\d\d)?\]?[ :]"  # ISO 8601: Docker, GitHub, Jenkins
    rf"|\[?{_TIME}\]?[ :]"
    rf"|(?:[A-Z][a-z]{{2}} {{1,2}}\d{{1,2}}"
    rf"|\d{{1,2}}月 {{0,2}}\d{{1,2}}) {_TIME} [\w.-]{{1,64}} (?=[\w@./()-]{{1,64}}(?:\[\d{{1,8}}\])?: )"
    r"|std(?:out|err) [FP] "  # CRI log format
    r"|#\d{1,4} (?:\d{1,6}\.\d{1,3} )?(?:\[[^\]]{1,64}\] )?"  # BuildKit, plain progress
    r"|(?:=> ){1,3}(?:=> )?(?:# )?"  # BuildKit, terminal
    r"|(?:\d{1,6}\.\d{2,3}|\d{3,5}\.\d(?! (?:req|[kmg]?b|ms|s)\b)) "  # BuildKit's list of the last lines
    r"|##\[(?:error|warning|debug|group|command)\]|::(?:error|warning)[^:]{0,128}::"  # GitHub
    # Jenkins, Armbian, Maven, the kernel; not the names of those who say what follows
    r"|\[(?!signal |dumb-init\]|FATAL tini|BOX\d\d\]|error: 193\])[^\]]{0,48}\](?=[\s\[])"
    r"|[\w.+/-]{1,64} {1,32}\| "  # docker compose, earthly
    r"|(?:remote|stderr|stdout|time): "
)
# BuildKit's "> [stage 2/5] RUN" is none of these.
_PASTED = r"(?:>+ ?(?!\[)|[*-] (?=[`\w/])|``` ?)+"
_LINE_NUMBER = (
    rf"(?: ?[:：,] ?| )(?:{LINE_WORDS}) ?(\d{{1,5}})ª?(?: ?[行列])? ?[:：] ?"  # noqa: RUF001
    r"|: (\d{1,5})(?:\. sor| eilutė| 行): "
)
_COLON = r" ?： ?| : "  # noqa: RUF001
_PREFIXES_MAX = 12


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def without_escapes(text: str) -> str:
    """Return text without terminal escapes and other control characters but line ends and tabs."""
    if "\x1b" in text or "[" in text:
        text = _compiled(_ESCAPES).sub("", text)
    return "\n".join("\t".join(_printable(part) for part in line.split("\t")) for line in text.split("\n"))


def _printable(text: str) -> str:
    return text if text.isprintable() else "".join(filter(str.isprintable, text))


def clean_line(text: str) -> str:
    """Return what was said in one line of a log: no prefixes, no JSON around it, English errno words, plain quotes.

    Two lines where the log has an error beside the message.

    Format: any of "#6 16.25 qemu: …", "2026-01-02T03:04:05Z stderr F …", '{"msg":"exec …","level":"error"}',
        'time="…" level=error msg="…"', "web_1  | …", "Jul 10 21:44:35 vm systemd[1]: …".
    """
    text = _message(text[:LONGEST])
    if "\u00ab" in text:  # before a mark at the end is taken for one of a forum
        text = plain_quotes(text)
    text = _unquoted(without_escapes(text).strip()).translate(QUOTES)
    text = _without_prefixes(text)
    return _completed(translate(text))


def _unquoted(text: str) -> str:
    """Return text without the marks that forums and mails put around a pasted line: quoting, code, a bullet."""
    found = _compiled(_PASTED).match(text)
    if found is not None:
        text = text[found.end() :]
    bare = text.rstrip("`.,;* \t")
    if text[:1] in ("`", '"') and (bare.count(text[0]) + text[len(bare) :].count(text[0])) <= 2:
        return bare.strip("`" + text[0])
    # A closing mark of code that was opened in an earlier line, or within this one.
    return text.rstrip("` \t") if text.endswith("`") and text.count("`") % 2 else text


def _message(text: str) -> str:
    for key, pattern in (('"', _JSON), ("msg=", _LOGRUS)):
        if key in text:
            found = _compiled(pattern).search(text)
            if found and found[1].strip():
                beside = _compiled(_BESIDE).search(text)
                text = _unescaped(found[1])
                also = _unescaped(beside[1]) if beside else ""
                if also.strip() and also not in text:
                    text = f"{text}\n{also}"
                break
    return _compiled(_QUOTE).sub(r"\1", text) if "\\" in text else text


def _unescaped(text: str) -> str:
    text = _compiled(_UNICODE).sub(lambda match: chr(max(int(match[1], 16), 32)), text)
    for escape, letter in (("\\n", " "), ("\\r", " "), ("\\t", " "), ('\\"', '"')):
        text = text.replace(escape, letter)
    return text


def _without_prefixes(text: str) -> str:
    prefix = _compiled(_PREFIX)
    start = 0
    for _ in range(_PREFIXES_MAX):
        found = prefix.match(text, start)
        if found is None or found.end() == start or found.end() >= len(text):
            break
        start = found.end()
    return text[start:]


def translate(text: str) -> str:
    """Return text with the words of the C library, of bash and of other tools in English."""
    text = _compiled(_LINE_NUMBER).sub(_line_number, text)
    is_zsh = text.startswith("zsh: ")
    before = text
    for phrase in phrases(is_ascii=text.isascii()):
        if phrase.needle in text:
            text = phrase.translate(text)
        elif is_zsh and phrase.is_plain:
            # zsh begins the words of the C library with a small letter.
            text = text.replace(phrase.needle[0].lower() + phrase.needle[1:], phrase.english)
    # The colons between the parts of a message are those of its language, too.
    return text if text == before else _compiled(_COLON).sub(": ", text)


def _line_number(found: re.Match[str]) -> str:
    return f": line {found[1] or found[2]}: "


def _completed(text: str) -> str:
    """Return text with the errno words at its end whole, where a terminal or a log driver cut them."""
    tail = text[-64:].rstrip(". …").lower()
    for words in BY_TEXT:
        if tail.endswith(words):
            return text
    for words in ("exec format error", "no such file or directory", "permission denied"):
        for length in range(len(words) - 1, _SHORTEST_CUT, -1):
            if tail.endswith(" " + words[:length]) or tail.endswith('"' + words[:length]):
                return text.rstrip(". …")[: -length or None] + words
    return text
