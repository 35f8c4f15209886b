"""What really executing a program of each architecture answers on this host."""

from collections.abc import Mapping

from qemudoctor.facts import Observed
from qemudoctor.host.door import Host, Source
from qemudoctor.platforms import Architecture

TIMEOUT_S = 5.0


def observe(host: Host, architectures: tuple[Architecture, ...]) -> Mapping[str, Observed]:
    """Return by QEMU target how a minimal program ended: in the host's own root, and in an empty one.

    Only the running machine executes anything; of others nothing is returned.
    """
    if host.source is not Source.LIVE or not architectures:
        return {}
    from qemudoctor.facts.behaviour import ARGV0
    from qemudoctor.host.execute import Asking
    from qemudoctor.host.execute import observe as execute
    from qemudoctor.probe.programs import EXIT_STATUS, TARGETS, assemble
    from qemudoctor.probe.questions import ASKED, assemble_questions

    targets = [x.qemu_target for x in architectures if x.qemu_target in TARGETS]
    return execute(
        [(x, assemble(x)) for x in targets],
        asking={x: Asking(assemble_questions(x), (ARGV0,)) for x in targets if x in ASKED},
        expected_status=EXIT_STATUS,
        timeout_s=TIMEOUT_S,
    )
