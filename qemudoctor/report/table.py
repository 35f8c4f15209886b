"""The table of platforms."""

from qemudoctor.report.sentence import verdict_colour
from qemudoctor.report.terminal import PLAIN, WIDTH, Palette, clean, cut, wrap
from qemudoctor.verdict import Place, PlatformResult

_HEADERS = ("platform", "support", "entry", "host", "container", "verdict")
_ENTRY_MAX = 24
_ENTRY_MIN = 12


def render_table(results: tuple[PlatformResult, ...], *, palette: Palette = PLAIN) -> list[str]:
    """Return the platforms as the lines of a table, and below it why something was not observed."""
    if not results:
        return []
    lines = _fitting(results, palette)
    reasons = {x.reason or "not observed" for y in results for x in (y.host, y.container) if _is_only_predicted(x)}
    for reason in sorted(reasons):
        lines += wrap(f"* predicted only: {reason}", hanging="  ")
    return lines


def _fitting(results: tuple[PlatformResult, ...], palette: Palette) -> list[str]:
    """Return the widest of a few layouts that fits into 80 columns, or the narrowest."""
    for separator, entry_max in ((" ", _ENTRY_MAX), ("\n", _ENTRY_MAX), ("\n", _ENTRY_MIN)):
        if max(map(len, _tabulated(results, separator, entry_max, PLAIN))) <= WIDTH:
            break
    else:
        separator, entry_max = "\n", _ENTRY_MIN
    return _tabulated(results, separator, entry_max, palette)


def _tabulated(results: tuple[PlatformResult, ...], separator: str, entry_max: int, palette: Palette) -> list[str]:
    from tabulate import tabulate

    rows = [
        (
            x.platform.name,
            x.support.value,
            "-" if x.entry is None else cut(x.entry, entry_max),
            _cell(x.host, separator),
            _cell(x.container, separator),
            palette.paint(x.verdict.value, verdict_colour(x.verdict)),
        )
        for x in results
    ]
    text = tabulate(rows, headers=_HEADERS, tablefmt="simple", disable_numparse=True)
    return [line.rstrip() for line in text.split("\n")]


def _is_only_predicted(place: Place) -> bool:
    return place.observed is None and place.predicted is not None


def _cell(place: Place, separator: str) -> str:
    if place.observed is None:
        return "unknown" if place.predicted is None else f"{clean(place.predicted)} *"
    if place.predicted in (None, place.observed):
        return clean(place.observed)
    return f"{clean(place.observed)}{separator}(predicted {clean(place.predicted)})"
