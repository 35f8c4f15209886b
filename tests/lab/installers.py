"""Local images under the names of those that register emulators, so that their printed commands run as they are.

Nothing is downloaded. Each holds a static shell, an emulator, and a script that does to the registry what the real
image does; only the platforms that the laboratory asks for are known to it.
"""

import shutil
from pathlib import Path

from tests.engines.lab.dockerd import Docker
from tests.engines.lab.images import layer

_SHELL = "/usr/bin/busybox"
_MAGIC = r"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00"
_MAGIC_ARM = r"\x7fELF\x01\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x28\x00"
_MASK = r"\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff"
_HEAD = f"""#!/bin/busybox sh
set -e
PATH=/bin
busybox --install -s /bin
REGISTRY=/proc/sys/fs/binfmt_misc
[ -e $REGISTRY/register ] || mount -t binfmt_misc binfmt_misc $REGISTRY
register() {{
    case $1 in
        aarch64) magic='{_MAGIC}' ;;
        arm) magic='{_MAGIC_ARM}' ;;
    esac
    printf '%s' ":qemu-$1:M::$magic:{_MASK}:$2" > $REGISTRY/register
}}
"""
_TONISTIIGI = """
case "$*" in
    "--install arm64") [ -e $REGISTRY/qemu-aarch64 ] || register aarch64 /usr/bin/qemu-aarch64:CF ;;
    "--install arm") [ -e $REGISTRY/qemu-arm ] || register arm /usr/bin/qemu-arm:CF ;;
    "--uninstall qemu-"*) echo -1 > $REGISTRY/$2 ;;
    *) echo "unknown: $*" >&2; exit 64 ;;
esac
"""
_MULTIARCH = """
[ "$*" = "--reset -p yes" ] || { echo "unknown: $*" >&2; exit 64; }
for entry in $REGISTRY/qemu-*; do [ ! -e "$entry" ] || echo -1 > "$entry"; done
register aarch64 /usr/bin/qemu-aarch64-static:F
register arm /usr/bin/qemu-arm-static:F
"""
INSTALLERS = {
    "tonistiigi/binfmt": (_TONISTIIGI, "usr/bin/qemu-{}"),
    "multiarch/qemu-user-static": (_MULTIARCH, "usr/bin/qemu-{}-static"),
    # Never started, only copied from.
    "multiarch/qemu-user-static:x86_64-aarch64": ("exit 64", "usr/bin/qemu-{}-static"),
}


def load_installers(docker: Docker, folder: Path) -> None:
    """Give the daemon an image for each name."""
    for tag, (script, emulator) in INSTALLERS.items():
        root = folder / tag.replace("/", "-").replace(":", "-")
        for name in ("bin", "proc", "sys", "dev", "usr/bin"):
            (root / name).mkdir(parents=True, exist_ok=True)
        shutil.copy(_SHELL, root / "bin" / "busybox")
        for target in ("aarch64", "arm"):
            shutil.copy(f"/usr/bin/qemu-{target}-static", root / emulator.format(target))
        program = root / "bin" / "installer"
        program.write_text(_HEAD + script, encoding="utf-8")
        program.chmod(0o755)
        made = layer(root, folder / f"{root.name}.tar")
        docker.import_image(made, tag=tag, platform="linux/amd64", entrypoint=["/bin/busybox", "sh", "/bin/installer"])
        made.unlink()
