"""The mutants that no test can notice, and why."""

from pathlib import Path

FILE = Path(__file__).resolve().parent / "survivors.txt"


def explained() -> dict[str, str]:
    """Return the reason for each mutant that survives.

    Format: paragraphs; lines that begin with "# " are a reason, and the lines below it the mutants that it explains.
    """
    reasons: dict[str, str] = {}
    reason: list[str] = []
    told = False
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            reason = [*([] if told else reason), line[2:]]
            told = False
        elif line:
            if line in reasons or not reason:
                raise ValueError(f"explained twice, or not at all: {line}")
            reasons[line], told = " ".join(reason), True
    return reasons
