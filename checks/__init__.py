"""The built-in checks: one family per sub-package, one topic per module, one to four checks each."""

from collections.abc import Collection, Iterable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from qemudoctor.check import Check

if TYPE_CHECKING:
    CHECKS: tuple[Check, ...]

# Each module with the causes, in explain-error's terms, that findings of its checks can confirm. To load them all costs
# half a bare start, so whoever asks for some causes loads what can confirm them, and no more.
MODULES: Mapping[str, tuple[str, ...]] = {
    "kernel.fix_binary": ("kernel-too-old-for-f",),
    "kernel.support": ("binfmt-module-missing",),
    "kernel.release": (),
    "kernel.namespaces": (),
    "binfmt.fix_binary": ("f-flag-missing",),
    "binfmt.mount": ("binfmt-not-mounted",),
    "binfmt.switches": ("binfmt-disabled",),
    "binfmt.missing": ("binfmt-not-registered",),
    "binfmt.magic": ("interpreter-loop", "qemu-wrong-target"),
    "binfmt.lines": (
        "interpreter-missing-on-host",
        "permission-noexec",
        "register-exists",
        "register-invalid-argument",
    ),
    "binfmt.order": (),
    "binfmt.argv0": ("argv0-flag",),
    "binfmt.credentials": ("credential-flag-missing",),
    "binfmt.environment": ("argv0-flag", "cpu-feature", "elf-loader-missing", "qemu-guest-address-space"),
    "binfmt.automount": ("binfmt-not-mounted",),
    "binfmt.beside": (),
    "binfmt.extension": ("qemu-wrong-target",),
    "binfmt.guest_loader": ("elf-loader-missing",),
    "binfmt.read_only": ("register-permission",),
    "binfmt.reboot": (),
    "emulator.presence": ("binary-corrupt-or-empty", "interpreter-missing-on-host", "permission-noexec"),
    "emulator.linkage": (
        "binary-corrupt-or-empty",
        "interpreter-dynamic",
        "interpreter-loop",
        "qemu-wrong-target",
        "shebang-interpreter-missing",
    ),
    "emulator.pinned": (),
    "emulator.known_bad": ("qemu-crash",),
    "container.view": (),
    "container.engines": (),
    "container.rootless": ("binfmt-not-registered",),
    "container.builds": (),
    "container.wsl": (),
    "probe.difference": ("qemu-crash",),
    "probe.failure": ("binfmt-not-registered", "f-flag-missing"),
    "probe.behaviour": ("argv0-flag", "cpu-feature", "qemu-unsupported-syscall"),
}


def __getattr__(name: str) -> object:
    if name != "CHECKS":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return globals().setdefault("CHECKS", _loaded(MODULES))


def confirming_checks(causes: Collection[str] | None = None) -> tuple[Check, ...]:
    """Return the checks, by id, of the modules that can confirm one of the causes; with None, any cause."""
    return _loaded(
        name for name, own in MODULES.items() if own and (causes is None or any(cause in causes for cause in own))
    )


def _loaded(names: Iterable[str]) -> tuple[Check, ...]:
    found = (check for name in names for check in import_module(f"{__name__}.{name}").CHECKS)
    return tuple(sorted(found, key=lambda check: check.id))
