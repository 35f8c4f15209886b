"""What the next boot makes of a host that is well now: nothing registers the entry, or something else does."""

from tests.lab.case import Case, Place

_LOST = Case(
    id="lost-at-boot",
    title="an entry that nothing registers at boot",
    machine_host="systemd",
    breaks=":",
    ends="ok",
    check="QD221",
    cause=None,
    severity="info",
    is_explained=False,
    places=(Place.MACHINE,),
)

CASES = (
    _LOST,
    _LOST._replace(
        id="systemd-binfmt-masked",
        title="binfmt.d has the entry, and systemd-binfmt is masked",
        machine_host="debian",
        breaks="ln -s /dev/null /etc/systemd/system/systemd-binfmt.service",
        stand_ins=("systemctl",),
    ),
    _LOST._replace(
        id="boot-registers-otherwise",
        title="binfmt.d has lost the F that the entry has",
        machine_host="debian",
        breaks="sed -i s/OPF$/OP/ /usr/lib/binfmt.d/qemu-aarch64.conf",
        check="QD222",
        severity="warning",
    ),
)
