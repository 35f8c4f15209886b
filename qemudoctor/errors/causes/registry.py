"""Causes in the kernel and in its registry."""

from qemudoctor.errors.causes.cause import BUILDX, INSTALL, INSTALL_PACKAGE, KERNEL_DOC, TONISTIIGI, Cause, Step

ROWS: tuple[Cause, ...] = (
    Cause(
        "binfmt-not-registered",
        "No emulator is registered for this architecture",
        "The program is for another CPU architecture. Linux can hand such programs to an emulator (QEMU), but only "
        "if an "
        "entry in its registry, binfmt_misc, says which one. Without one, the kernel answers `exec format error`.",
        "Every program of that platform fails, even /bin/true. If only one program fails, that file is the fault, "
        "not the "
        "registry. `ls /proc/sys/fs/binfmt_misc` on the host shows no qemu-ARCH.",
        (INSTALL, INSTALL_PACKAGE),
        (KERNEL_DOC, BUILDX, TONISTIIGI),
    ),
    Cause(
        "binfmt-not-mounted",
        "The registry, binfmt_misc, is not mounted",
        "Entries are made through files below /proc/sys/fs/binfmt_misc. That file system is not mounted, or its "
        "automount is "
        "dead, so nothing can be registered or looked up; since Linux 6.7 the entries even go when the last mount "
        "goes.",
        "`mount | grep binfmt_misc` shows nothing, or only autofs. If the mount fails with `no such device`, the "
        "module is missing instead.",
        (
            Step(
                "mount",
                "Mount it",
                ("sudo mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc",),
                root=True,
                persistent=False,
            ),
            Step(
                "mount-unit",
                "Let systemd mount it now and at every boot",
                ("sudo systemctl enable --now proc-sys-fs-binfmt_misc.mount", "sudo systemctl restart systemd-binfmt"),
                root=True,
                persistent=True,
            ),
        ),
        (KERNEL_DOC, "https://github.com/tonistiigi/binfmt/issues/288"),
    ),
    Cause(
        "binfmt-disabled",
        "The entry, or binfmt_misc as a whole, is switched off",
        "An entry can be disabled without being removed, and all of binfmt_misc can be. The kernel then answers as "
        "if nothing were registered.",
        "`cat /proc/sys/fs/binfmt_misc/status` or the entry's first line says `disabled`.",
        (
            Step(
                "enable",
                "Switch it on",
                ("echo 1 | sudo tee /proc/sys/fs/binfmt_misc/status", "sudo update-binfmts --enable"),
                root=True,
                persistent=False,
            ),
        ),
        (KERNEL_DOC,),
    ),
    Cause(
        "binfmt-module-missing",
        "The kernel that runs has no binfmt_misc",
        "binfmt_misc is a part of the kernel that can be left out, or built as a module. This kernel was built "
        "without it, or its "
        "module is not installed; after an update of the kernel the modules of the running one are often gone until "
        "the reboot.",
        "`sudo modprobe binfmt_misc` fails. If it works, the file system was only not mounted.",
        (
            Step(
                "load",
                "Load the module, then mount",
                ("sudo modprobe binfmt_misc", "sudo mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc"),
                root=True,
                persistent=False,
            ),
            Step(
                "boot-new-kernel",
                "Reboot into the installed kernel",
                ("uname -r; ls /lib/modules",),
                note="if the running release is not among the modules, reboot",
            ),
        ),
        (KERNEL_DOC,),
    ),
    Cause(
        "f-flag-missing",
        "The entry has no flag F, so the emulator is looked up inside the container",
        "Without the flag F (fix binary) the kernel opens the emulator anew for every program, by its path, in the "
        "root of the "
        "process: inside a container or chroot. It is not there, and the kernel answers `no such file or directory`, "
        "as if the program itself were missing.",
        "The same program starts on the host and not in the container; the entry in /proc/sys/fs/binfmt_misc has no "
        "F behind `flags:`. "
        "A script with a wrong #! line, or a missing loader, gives the same message, but not for every program.",
        (
            INSTALL,
            Step(
                "put-emulator-inside",
                "Put the static emulator where the entry looks for it, inside the image or chroot",
                ("sudo cp /usr/bin/qemu-ARCH-static ROOT/usr/bin/",),
                root=True,
                note="ROOT: the root directory; ARCH: QEMU's name, such as aarch64",
            ),
        ),
        (KERNEL_DOC, "https://github.com/docker/buildx/issues/464"),
    ),
    Cause(
        "kernel-too-old-for-f",
        "The kernel is older than 4.8 and does not know the flag F",
        "Installers of emulators register with the flag F, which Linux has since 4.8. An older kernel, such as the "
        "3.10 of CentOS 7, refuses the whole line with `invalid argument`.",
        "Every architecture is refused, not one. `uname -r` names a release before 4.8.",
        (
            Step(
                "register-without-f",
                "Register without F, and put the emulator into each image",
                ("docker run --rm --privileged multiarch/qemu-user-static:register --reset",),
                root=True,
                persistent=False,
            ),
            Step(
                "newer-kernel",
                "Run a kernel from 4.8 on",
                ("uname -r",),
                note="a newer distribution, or a newer kernel package for this one",
            ),
        ),
        ("https://github.com/multiarch/qemu-user-static/issues/100", "https://github.com/tonistiigi/binfmt/issues/92"),
    ),
    Cause(
        "register-exists",
        "An entry of that name exists already",
        "Each entry has a name, and the kernel refuses a second one of the same name (EEXIST). What was there before "
        "is still in force, with its own interpreter and flags.",
        "`cat /proc/sys/fs/binfmt_misc/NAME` shows the entry. That may be all that is needed; look at its flags and "
        "interpreter.",
        (
            Step(
                "replace",
                "Remove the entry, then register again",
                ("echo -1 | sudo tee /proc/sys/fs/binfmt_misc/qemu-ARCH",),
                root=True,
                note="ARCH: QEMU's name, such as aarch64",
            ),
        ),
        (KERNEL_DOC,),
    ),
    Cause(
        "register-invalid-argument",
        "The kernel refuses the registration line",
        "A registration is one line with a strict form: delimiters, magic and mask of equal length, known flags, a "
        "bounded size. A shell that interprets the backslashes before the kernel sees them breaks it, too.",
        "One line is refused, others are not. If all are refused, the kernel may be too old for the flag F.",
        (
            Step(
                "check-line",
                "Let qemu-doctor say what is wrong with the line",
                ("qemu-doctor --registry FILE",),
                note="FILE: the binfmt.d file with the line",
            ),
            Step(
                "printf",
                "Write it with printf '%s', which leaves backslashes alone",
                ("printf '%s' \"$LINE\" | sudo tee /proc/sys/fs/binfmt_misc/register",),
                root=True,
            ),
        ),
        (KERNEL_DOC,),
    ),
    Cause(
        "register-permission",
        "Whoever registers has no right to mount or write binfmt_misc",
        "Only root of the host, or of a user namespace on Linux from 6.7 on, may register. In a container /proc/sys "
        "is read-only and binfmt_misc is not mounted, unless it is privileged.",
        "The same command works as root on the host. `Read-only file system` and `Permission denied` mean this; `no "
        "such device` means that the kernel lacks binfmt_misc.",
        (
            INSTALL,
            Step(
                "on-the-host",
                "Register once on the host as root; containers, also rootless ones, then use it",
                ("sudo podman run --privileged --rm tonistiigi/binfmt --install {arch}",),
                root=True,
                persistent=False,
            ),
            Step(
                "tee",
                "A redirection is done by your own shell, not by sudo: use tee",
                ("printf '%s' \"$LINE\" | sudo tee /proc/sys/fs/binfmt_misc/register",),
                root=True,
            ),
        ),
        ("https://github.com/docker/setup-qemu-action/issues/67", "https://github.com/nestybox/sysbox/issues/823"),
    ),
    Cause(
        "interpreter-loop",
        "The interpreter is itself handled by the entry",
        "An entry matches the programs of the host itself, or its interpreter is of the architecture that it is "
        "registered for. The kernel then needs the interpreter to start the interpreter, and gives up with ELOOP.",
        "Nothing at all starts any more, not even /bin/ls. A link that leads in a circle concerns one path only.",
        (
            Step(
                "remove-all",
                "Remove all entries, with a command that the shell itself has",
                ("echo -1 > /proc/sys/fs/binfmt_misc/status",),
                root=True,
                persistent=False,
                note="type it in a root shell that is still open",
            ),
        ),
        (KERNEL_DOC,),
    ),
    Cause(
        "credential-flag-missing",
        "The entry has no flag C, so setuid programs get no rights",
        "Under emulation the kernel executes the emulator, which is not setuid. Only with the flag C (credentials) "
        "does it take rights from the program, such as sudo. Debian took C out in August 2025 as a risk.",
        "sudo works on the host and fails under emulation; `flags:` of the entry has no C. Elsewhere look for a "
        "nosuid mount and for no-new-privileges.",
        (
            Step(
                "as-root",
                "Do without sudo: let the step run as root",
                ("USER root",),
                note="in a Dockerfile, before the step; or docker run --user 0",
            ),
            Step(
                "register-c",
                "Register again with C",
                ("docker run --rm --privileged multiarch/qemu-user-static --reset -p yes -c yes",),
                root=True,
                persistent=False,
                note="any user in a container may then become root through a setuid program",
            ),
        ),
        (KERNEL_DOC, "https://github.com/orbstack/orbstack/issues/2655"),
    ),
    Cause(
        "argv0-flag",
        "The flag P and the emulator do not fit: the arguments are shifted",
        "With the flag P (preserve argv[0]) the kernel gives the emulator one argument more. An emulator that does "
        "not expect it, or an entry without P, makes busybox and other programs that look at their own name do the "
        "wrong thing.",
        "Programs start, but say `applet not found` or take their first argument for a command.",
        (
            Step(
                "register-again",
                "Register entry and emulator of one source",
                (
                    "docker run --privileged --rm tonistiigi/binfmt --uninstall 'qemu-*'",
                    "docker run --privileged --rm tonistiigi/binfmt --install all",
                ),
                root=True,
                persistent=False,
            ),
        ),
        ("https://github.com/tonistiigi/binfmt/pull/78",),
    ),
    Cause(
        "seccomp-or-sandbox",
        "A sandbox refuses the execution or a system call",
        "A seccomp filter, SELinux, AppArmor or another sandbox answers before the kernel's own rules do. Old "
        "filters do not know new system calls (clone3, faccessat2) and refuse them.",
        "It works without the sandbox; the audit log names it.",
        (
            Step(
                "unconfined",
                "Try without the filter, to know",
                ("docker run --rm --security-opt seccomp=unconfined --security-opt label=disable IMAGE",),
                note="IMAGE: the image",
            ),
            Step(
                "update",
                "Update the engine and libseccomp",
                ("sudo apt-get install --only-upgrade libseccomp2 docker-ce containerd.io",),
                root=True,
                persistent=True,
            ),
        ),
        ("https://github.com/moby/moby/issues/42680",),
    ),
)
