"""`fix --apply` that is killed at a given place: python -m tests.live.killing NUMBER ARGUMENTS...

Every change that the repair makes is a place, once before and once after it. The process kills itself there with
SIGKILL, which nothing can catch. If there are fewer places, it runs to its end.
"""

import os
import signal
import sys

from qemudoctor._override import override
from qemudoctor.cli import main
from qemudoctor.host import hands
from qemudoctor.host.door import CommandResult
from qemudoctor.host.hands import SavedFile


class MortalHands(hands.Hands):
    """Hands that die at the given place."""

    left = 0

    def _pass(self) -> None:
        MortalHands.left -= 1
        if MortalHands.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    @override
    def run(self, command: str) -> CommandResult:
        self._pass()
        result = super().run(command)
        self._pass()
        return result

    @override
    def write(self, path: str, content: bytes) -> None:
        self._pass()
        super().write(path, content)
        self._pass()

    @override
    def restore(self, saved: SavedFile) -> None:
        self._pass()
        super().restore(saved)
        self._pass()

    @override
    def write_journal(self, content: bytes) -> None:
        self._pass()
        super().write_journal(content)
        self._pass()

    @override
    def drop_journal(self) -> None:
        self._pass()
        super().drop_journal()
        self._pass()


if __name__ == "__main__":
    MortalHands.left = int(sys.argv[1])
    hands.Hands = MortalHands  # type: ignore[misc]  # the only way to die inside the command itself
    sys.exit(main(sys.argv[2:]))
