"""What carries out the commands of a plan."""

from qemudoctor.host.commands import OUTPUT_LIMIT_BYTES
from qemudoctor.host.hands import Hands


def test_a_command_is_not_ended_for_its_many_words() -> None:
    result = Hands().run(f"head -c {3 * OUTPUT_LIMIT_BYTES} /dev/zero; echo the end; exit 3")
    assert result.status == 3
    assert len(result.stdout) <= OUTPUT_LIMIT_BYTES
    assert result.stdout.endswith("the end\n")


def test_how_a_command_ended() -> None:
    result = Hands().run("echo said >&2; kill -TERM $$")
    assert (result.status, result.signal, result.stderr) == (None, "SIGTERM", "said\n")
