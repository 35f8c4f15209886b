"""Kinds of symptoms of whoever mounts binfmt_misc or registers emulators."""

from qemudoctor.errors.kinds.kind import ENOEXEC, REGISTER, Kind

ROWS: dict[str, Kind] = {
    # Registration
    "entry-absent": Kind(
        "an entry was looked for that is not there",
        (("binfmt-not-registered", 0.75), ("binfmt-not-mounted", 0.15), ("binfmt-module-missing", 0.05)),
        weight=0.7,
    ),
    "module": Kind(
        "the kernel that runs has no binfmt_misc module",
        (("binfmt-module-missing", 0.87), ("binfmt-not-mounted", 0.07), ("register-permission", 0.05)),
    ),
    "module-of-another": Kind(
        "the module binfmt_misc that was found is of another kernel than the one that runs",
        (("binfmt-module-missing", 0.9), ("binfmt-not-mounted", 0.04), ("binary-corrupt-or-empty", 0.03)),
    ),
    "shown-disabled": Kind(
        "binfmt-support knows the format, and the kernel has no entry of it, or binfmt_misc is not mounted",
        (
            ("binfmt-disabled", 0.6),
            ("binfmt-not-mounted", 0.15),
            ("binfmt-module-missing", 0.12),
            ("binfmt-not-registered", 0.1),
        ),
        weight=0.6,
    ),
    "register-not-opened": Kind(
        "the file that registers could not be opened",
        (("binfmt-not-mounted", 0.5), ("register-permission", 0.25), ("binfmt-module-missing", 0.2)),
    ),
    "windows-interoperability": Kind(
        "the entry with which WSL starts Windows programs is not to be seen",
        (("binfmt-not-mounted", 0.35), ("binfmt-disabled", 0.3), ("binfmt-not-registered", 0.3)),
        weight=0.6,
    ),
    "module-index": Kind(
        "there are no modules of the kernel that runs, so none can be loaded",
        (("binfmt-module-missing", 0.9), ("binfmt-not-mounted", 0.07)),
        needs="binfmt",
    ),
    "not-mounted-or-module": Kind(
        "binfmt_misc is not mounted", (("binfmt-not-mounted", 0.65), ("binfmt-module-missing", 0.3))
    ),
    "mount:ENODEV": Kind(
        "the kernel does not know the file system binfmt_misc",
        (("binfmt-module-missing", 0.88), ("binfmt-not-mounted", 0.08)),
    ),
    "mount:EACCES": Kind(
        "whoever mounted binfmt_misc was not allowed to", (("register-permission", 0.9), ("binfmt-not-mounted", 0.07))
    ),
    "mount:EPERM": Kind(
        "whoever mounted binfmt_misc was not allowed to", (("register-permission", 0.9), ("binfmt-not-mounted", 0.07))
    ),
    "mount:EROFS": Kind(
        "/proc/sys is read-only here, as in a container that is not privileged", (("register-permission", 0.95),)
    ),
    "mount:ELOOP": Kind(
        "the automount of binfmt_misc is dead: reaching for it leads nowhere",
        (("binfmt-not-mounted", 0.9), ("binfmt-module-missing", 0.05)),
    ),
    "mount-point-missing": Kind(
        "the kernel that runs has no directory for binfmt_misc, which comes with the module",
        (("binfmt-module-missing", 0.8), ("register-permission", 0.1), ("binfmt-not-mounted", 0.08)),
    ),
    "mount:ENOENT": Kind(
        "the kernel that runs has no directory for binfmt_misc, which comes with the module",
        (("binfmt-module-missing", 0.62), ("binfmt-not-mounted", 0.28), ("register-permission", 0.06)),
    ),
    "mount-unit": Kind(
        "systemd could not mount binfmt_misc, or its automount is dead",
        (("binfmt-module-missing", 0.55), ("binfmt-not-mounted", 0.35), ("register-permission", 0.08)),
        weight=0.6,
    ),
    "mount-as-whom": Kind("whoever mounted binfmt_misc was not allowed to", (("register-permission", 0.95),)),
    "mount:": Kind(
        "binfmt_misc could not be mounted",
        (("binfmt-module-missing", 0.4), ("register-permission", 0.35), ("binfmt-not-mounted", 0.2)),
    ),
    "register-file-missing": Kind(
        "the file to register with is not there",
        (("binfmt-not-mounted", 0.6), ("binfmt-module-missing", 0.35), ("register-permission", 0.03)),
    ),
    "register-permission": Kind(
        "whoever wrote to binfmt_misc was not allowed to", (("register-permission", 0.93), ("binfmt-not-mounted", 0.03))
    ),
    "exists": Kind("an entry of that name is there already", (("register-exists", 0.95), ("f-flag-missing", 0.03))),
    "exists-notice": Kind("an entry of that name was left as it was", (("register-exists", 0.95),), weight=0.2),
    "record-missing": Kind(
        "binfmt-support does not know a format of that name, so it did not register it either",
        (("binfmt-not-registered", 0.8), ("interpreter-missing-on-host", 0.15), ("binfmt-disabled", 0.05)),
        weight=0.6,
    ),
    "disabled": Kind(
        "an entry, or binfmt_misc as a whole, is switched off", (("binfmt-disabled", 0.95),), needs="binfmt"
    ),
    "not-registered": Kind(
        "a tool looked for an entry for this architecture and found none",
        (
            ("binfmt-not-registered", 0.78),
            ("interpreter-missing-on-host", 0.08),
            ("binfmt-disabled", 0.04),
            ("binfmt-not-mounted", 0.04),
        ),
    ),
    "entry-not-there": Kind(
        "there is no entry of that name",
        (
            ("binfmt-not-registered", 0.75),
            ("binfmt-not-mounted", 0.13),
            ("binfmt-module-missing", 0.06),
            ("interpreter-missing-on-host", 0.03),
        ),
    ),
    "second-stage": Kind(
        "nothing runs in the new root, not even /bin/true",
        (
            ("binfmt-not-registered", 0.6),
            ("permission-noexec", 0.15),
            ("f-flag-missing", 0.12),
            ("qemu-crash", 0.08),
        ),
        weight=0.2,
    ),
    "emulator-missing": Kind(
        "the emulator is not installed where it was looked for",
        (
            ("interpreter-missing-on-host", 0.88),
            ("binfmt-not-registered", 0.05),
            ("f-flag-missing", 0.03),
            ("interpreter-dynamic", 0.01),
        ),
    ),
    "emulator-advised": Kind(
        "a build tool says that an emulator is to be installed",
        (("interpreter-missing-on-host", 0.7), ("binfmt-not-registered", 0.2)),
        weight=0.4,
    ),
    "registrar-missing": Kind(
        "the program that registers emulators is not installed",
        (("binfmt-not-registered", 0.75), ("interpreter-missing-on-host", 0.15)),
        weight=0.6,
    ),
    "emulator-dynamic": Kind("the emulator needs libraries that are not there", (("interpreter-dynamic", 0.95),)),
    "tonistiigi:EINVAL": Kind(REGISTER, (("kernel-too-old-for-f", 0.78), ("register-invalid-argument", 0.18))),
    "tonistiigi:EEXIST": Kind(REGISTER, (("register-exists", 0.95),)),
    "register-refused:EINVAL": Kind(
        REGISTER,
        (("register-invalid-argument", 0.62), ("kernel-too-old-for-f", 0.28), ("register-exists", 0.04)),
        needs="not-written-elsewhere",
    ),
    "register-failed": Kind(
        "an emulator could not be registered, and whoever tried does not say why",
        (
            ("register-invalid-argument", 0.36),
            ("register-permission", 0.2),
            ("register-exists", 0.14),
            ("interpreter-missing-on-host", 0.12),
            ("binfmt-not-mounted", 0.1),
            ("kernel-too-old-for-f", 0.06),
        ),
        weight=0.5,
    ),
    "register-refused:EEXIST": Kind(REGISTER, (("register-exists", 0.95),)),
    "register-refused:ENOENT": Kind(
        "with the flag F the kernel opens the emulator at once, and it was not there",
        (("interpreter-missing-on-host", 0.75), ("binfmt-not-mounted", 0.15), ("interpreter-dynamic", 0.03)),
    ),
    "register-refused:EIO": Kind(
        "a shell's way of saying that the kernel refused what it wrote",
        (("register-invalid-argument", 0.72), ("register-exists", 0.13), ("interpreter-missing-on-host", 0.1)),
    ),
    "register-refused:EACCES": Kind(
        "whoever wrote to binfmt_misc was not allowed to", (("register-permission", 0.95),)
    ),
    "register-refused:EPERM": Kind("whoever wrote to binfmt_misc was not allowed to", (("register-permission", 0.95),)),
    "register-refused:EROFS": Kind("/proc/sys is read-only here", (("register-permission", 0.97),)),
    "register-refused:ENODEV": Kind("the kernel does not know binfmt_misc", (("binfmt-module-missing", 0.9),)),
    "register-refused:ELOOP": Kind("the automount of binfmt_misc is dead", (("binfmt-not-mounted", 0.9),)),
    "register-refused:ENOEXEC": Kind(ENOEXEC, (("binfmt-not-registered", 0.4), ("image-arch-mismatch", 0.4))),
    "update-binfmts:EINVAL": Kind(
        REGISTER, (("kernel-too-old-for-f", 0.5), ("register-invalid-argument", 0.42), ("register-exists", 0.04))
    ),
    "update-binfmts-vague": Kind(
        "update-binfmts could not switch a format on",
        (
            ("register-invalid-argument", 0.3),
            ("kernel-too-old-for-f", 0.2),
            ("interpreter-missing-on-host", 0.2),
            ("register-permission", 0.2),
        ),
        weight=0.2,
    ),
    "systemd-flush": Kind(
        "systemd-binfmt found no binfmt_misc to clear", (("binfmt-not-mounted", 0.85), ("binfmt-module-missing", 0.1))
    ),
    "systemd-add:ENOENT": Kind(
        "with the flag F the kernel opens the emulator at once, and it was not there",
        (("interpreter-missing-on-host", 0.8), ("binfmt-not-mounted", 0.15)),
    ),
    "systemd-add:EINVAL": Kind(REGISTER, (("register-invalid-argument", 0.7), ("kernel-too-old-for-f", 0.25))),
    "systemd-unit": Kind(
        "the service that registers emulators at boot failed",
        (
            ("binfmt-not-mounted", 0.3),
            ("binfmt-module-missing", 0.28),
            ("interpreter-missing-on-host", 0.2),
            ("register-invalid-argument", 0.12),
            ("register-permission", 0.1),
        ),
        weight=0.1,
    ),
    "entry-flags": Kind(
        "the flags of an entry", (("f-flag-missing", 0.5), ("credential-flag-missing", 0.4)), needs="entry", weight=0.5
    ),
}
