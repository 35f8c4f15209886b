"""The built-in checks: one family per sub-package, one topic per module, one to four checks each."""

from qemudoctor.check import Check
from qemudoctor.checks.binfmt import fix_binary as binfmt_fix_binary
from qemudoctor.checks.binfmt import lines, magic, missing, mount, order, switches
from qemudoctor.checks.container import view
from qemudoctor.checks.emulator import linkage, presence
from qemudoctor.checks.kernel import fix_binary as kernel_fix_binary
from qemudoctor.checks.kernel import release, support
from qemudoctor.checks.probe import difference, failure

_MODULES = (
    kernel_fix_binary,
    support,
    release,
    binfmt_fix_binary,
    mount,
    switches,
    missing,
    magic,
    lines,
    order,
    presence,
    linkage,
    view,
    difference,
    failure,
)

CHECKS: tuple[Check, ...] = tuple(
    sorted((check for module in _MODULES for check in module.CHECKS), key=lambda check: check.id)
)
