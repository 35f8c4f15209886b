"""A mounted root file system whose programs name a loader that is not in it."""

from collections.abc import Iterator

from qemudoctor.check import Check, Evidence, Facts, Finding, Remedy, Severity
from qemudoctor.facts import GuestLoader

_LINKED = ("/lib", "/lib64", "/lib32", "/bin", "/sbin")

EXPLANATION = """\
Nearly every program is dynamically linked: its file names a loader, such as
/lib/ld-linux-aarch64.so.1 (glibc on arm64) or /lib/ld-musl-aarch64.so.1 (musl), which has to be in
the same root file system. binfmt_misc and the emulator do not help with that: the kernel starts the
emulator, and the emulator looks for the loader in the root of whoever executes, in vain:

    qemu-aarch64: Could not open '/lib/ld-linux-aarch64.so.1': No such file or directory

Without emulation the kernel itself looks and says "no such file or directory" of the program,
though it is there.

Here it was looked at in the root file system that was given with --root. Usual reasons: the links
/lib -> usr/lib and /bin -> usr/bin got lost when it was copied or unpacked; the first stage of a
bootstrap broke off before the C library was unpacked; programs of one distribution were copied
into the root of another; only single files were taken out of an image.

It is harmless only if nothing in this root but static programs is executed.

To see it for yourself: readelf -l ROOT/bin/sh | grep interpreter, and ls -l ROOT/lib
"""


def find_missing_loaders(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each loader that a shell of a mounted root names and that is not in it."""
    seen: set[str] = set()
    for loader in facts.settings.root_loaders:
        if loader.exists or loader.path in seen:
            continue
        seen.add(loader.path)
        yield Finding(
            subject=loader.program,
            message=f"{loader.program}: names the loader {loader.path}, which is not in {facts.host.root}, so that it"
            ' does not start there: an emulator says "Could not open" it, the kernel "no such file or directory"',
            evidence=(Evidence(loader.program, f"PT_INTERP {loader.path}"), Evidence(loader.path, "is not there")),
            remedies=tuple(_relink(facts, loader)),
        )


def _relink(facts: Facts, loader: GuestLoader) -> Iterator[Remedy]:
    """Yield the link into /usr that got lost, where the loader lies behind it."""
    from shlex import quote

    from qemudoctor.remedies.shell import as_root

    folder = next((x for x in _LINKED if loader.path.startswith(f"{x}/")), None)
    tree = facts.tree
    if folder is None or tree.node(folder) is not None or tree.node(f"/usr{loader.path}") is None:
        return
    place = f"{facts.host.root.rstrip('/')}{folder}"
    yield Remedy(
        id="link-into-usr",
        title=f"Make the link {folder} again, behind which the loader lies",
        commands=(as_root(facts, f"ln -s usr{folder} {quote(place)}"),),
        root=True,
        persistent=True,
        leaves=f"the link {place}",
        note="Not proven: the model does not look behind an emulator",
    )


CHECKS = (
    Check(
        id="QD219",
        slug="root-loader-missing",
        title="The programs of a root file system lack their loader",
        severity=Severity.ERROR,
        cause="elf-loader-missing",
        family="binfmt",
        run=find_missing_loaders,
        explanation=EXPLANATION,
        references=(
            "https://man7.org/linux/man-pages/man8/ld.so.8.html",
            "https://github.com/lifting-bits/rellic/pull/331",
        ),
    ),
)
