"""The built-in checks: one family per sub-package, one topic per module, one to four checks each."""

from qemudoctor.check import Check
from qemudoctor.checks.binfmt import (
    argv0,
    automount,
    beside,
    credentials,
    environment,
    extension,
    guest_loader,
    lines,
    magic,
    missing,
    mount,
    order,
    read_only,
    reboot,
    switches,
)
from qemudoctor.checks.binfmt import fix_binary as binfmt_fix_binary
from qemudoctor.checks.container import builds, engines, rootless, view, wsl
from qemudoctor.checks.emulator import known_bad, linkage, pinned, presence
from qemudoctor.checks.kernel import fix_binary as kernel_fix_binary
from qemudoctor.checks.kernel import namespaces, release, support
from qemudoctor.checks.probe import behaviour, difference, failure

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
    argv0,
    credentials,
    environment,
    automount,
    beside,
    extension,
    guest_loader,
    read_only,
    reboot,
    namespaces,
    presence,
    linkage,
    pinned,
    known_bad,
    view,
    engines,
    rootless,
    builds,
    wsl,
    difference,
    failure,
    behaviour,
)

CHECKS: tuple[Check, ...] = tuple(
    sorted((check for module in _MODULES for check in module.CHECKS), key=lambda check: check.id)
)
