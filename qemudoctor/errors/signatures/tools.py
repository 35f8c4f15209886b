"""Tools that look for an entry or an emulator before they start, and what they say where there is none."""

from qemudoctor.errors.signatures.signature import Signature

ROWS: tuple[Signature, ...] = (
    Signature(
        "not-executable-here",
        "not-registered",
        "other",
        (
            "can neither be executed natively",
            "unable to execute target architecture",
            "not supported on this machine/kernel",
            "not supported binfmt",
            "is not a supported binfmt",
            "unable to execute",
        ),
        r"can neither be executed natively nor via qemu|unable to execute target architecture"
        r"|(?P<program>[\w]{2,12}: )?not supported on this machine/kernel|is not a supported binfmt name",
        errno="ENOEXEC",
        source="mmdebstrap; debootstrap; arch-test",
    ),
    Signature(
        "emulator-not-installed",
        "emulator-missing",
        "other",
        ("qemu-",),
        r"(?P<interpreter>qemu-(?!system|img)[a-z0-9_]{2,16}(?:-static)?)[\"']?(?: binary| executable)? (?:is "
        r"|was )?(?:not (?:found|installed"
        r"|available|present)|missing)|(?:missing|install"
        r"|required)[^\n]{0,40}(?P<interpreter2>qemu-[a-z0-9_]{2,16}-static)[^\n]{0,20}(?:missing|not|first)",
        errno="ENOENT",
        source="build scripts",
    ),
    Signature(
        "emulator-wanted",
        "emulator-missing",
        "other",
        ("qemu-",),
        r"(?:could not|couldn't|cannot|can't|unable to|failed to) (?:find|locate|access)(?: the)?(?![^\n]{0,20}package)"
        r"[^\n]{0,30}(?P<interpreter>qemu-(?!system|img)[a-z0-9_]{2,16}(?:-static)?)\b"
        r"|(?P<interpreter2>qemu-user(?:-static)?) is (?:required|needed)",
        errno="ENOENT",
        source="build scripts",
    ),
    Signature(
        "second-stage",
        "second-stage",
        "chroot",
        ("failure trying to run: chroot",),
        r"failure trying to run: chroot [^\n]{1,300}(?:/true|second-stage)",
        source="debootstrap functions",
    ),
)
