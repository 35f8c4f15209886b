"""`fix --apply` on the real kernel: it cures, it puts back, and it can be killed anywhere.

Each host is a private user and mount namespace: a registry of its own, and empty folders for its configuration.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.bare_machine import need_unmounted_registry
from tests.support.repository import ROOT
from tests.support.schemas import errors

pytestmark = pytest.mark.live

EMULATOR = "/usr/bin/qemu-aarch64-static"
MAGIC = r"M::\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00"
MASK = r"\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff"
ARM_MAGIC = r"M::\x7fELF\x01\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x28\x00"
STRANGER = r":jar:E::jar::/bin/true:"
WITHOUT_F = f":qemu-aarch64:{MAGIC}:{MASK}:{EMULATOR}:"
OFF = f":qemu-arm:{ARM_MAGIC}:{MASK}:/usr/bin/qemu-arm-static:F"
KILLED = 137
PLACES_MIN = 10
"""The journal is written, three commands are run, it is written again, and removed: two places each."""

BROKEN = "bf07000000b83c0000000f05"
"""x86-64: exit(7), whatever it is asked to run."""
RELATIVE = r":relative:M::RELATIVE::python3:C"
"""Linux 6.18 takes it, and newer kernels do not."""

SETTING = f"""
set -u
mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc || exit 99
mount -t tmpfs tmpfs /var/lib && mkdir /var/lib/qemu-doctor || exit 98
for folder in /etc/binfmt.d /usr/lib/binfmt.d; do
    if [ -d $folder ]; then mount -t tmpfs tmpfs $folder || exit 97; fi
done
registry=/proc/sys/fs/binfmt_misc
python={sys.executable}
fresh() {{
    printf -- -1 > $registry/status
    rm -rf /etc/binfmt.d/* /var/lib/qemu-doctor/*
    printf %s '{OFF}' > $registry/register
    printf 0 > $registry/qemu-arm
    printf %s '{STRANGER}' > $registry/register
    printf %s '{WITHOUT_F}' > $registry/register
}}
state() {{
    # In the order in which the kernel tries them, and with what a boot would read.
    for entry in $(ls -U $registry); do
        case $entry in register) ;; *) echo "== $entry"; cat $registry/$entry ;; esac
    done
    grep -D skip . /etc/binfmt.d/* 2>/dev/null
    cat $registry/status
}}
doctor() {{ $python -m qemudoctor "$@"; }}
fix() {{ doctor fix --require linux/arm64 --apply --yes; }}
killed() {{
    $python -m tests.live.killing $1 fix --require linux/arm64 --apply --yes >/dev/null 2>&1
    [ $? = {KILLED} ] || echo "not killed"
}}
same() {{ state > /var/lib/after; cmp /var/lib/before /var/lib/after && echo the same; }}
apt() {{
    [ -x /usr/bin/apt-get ] || exit 96
    cat > /var/lib/apt; chmod 755 /var/lib/apt; mount --bind /var/lib/apt /usr/bin/apt-get
    mount --bind /dev/null {EMULATOR}
}}
"""
CONFIGURATION = "/etc/binfmt.d/qemu-doctor-qemu-aarch64.conf"


def on_a_host(script: str, tmp_path: Path) -> list[str]:
    """Return the lines that a script prints on a host with an entry without F, one that is off, and a stranger's."""
    if shutil.which("unshare") is None or not Path(EMULATOR).exists():
        pytest.skip("unshare (util-linux) and qemu-aarch64-static (Debian: qemu-user-static) are needed")
    file = tmp_path / "script"
    file.write_text(SETTING + script)
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", str(file)]
    ran = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    if ran.returncode in (1, 96, 97, 98, 99) and not ran.stdout:
        pytest.skip(f"no private registry here (Linux 6.7 has them): {ran.stderr.strip()[:200]}")
    assert ran.returncode == 0, (ran.stdout[-2000:], ran.stderr[-2000:])
    return ran.stdout.splitlines()


def test_it_cures_and_leaves_nothing_behind(tmp_path: Path) -> None:
    script = """
fresh
fix; echo "status $?"
doctor --require linux/arm64 >/dev/null; echo "then $?"
ls /var/lib/qemu-doctor
ls /etc/binfmt.d
fix | tail -n 1
"""
    lines = on_a_host(script, tmp_path)
    assert "status 0" in lines
    assert "then 0" in lines
    assert "fix.json" not in lines
    assert "qemu-doctor-qemu-aarch64.conf" in lines
    assert lines[-1] == "works: linux/arm64"


def test_a_step_that_fails_is_undone(tmp_path: Path) -> None:
    # The folder of the configuration is read-only, so the line for the next boot cannot be written.
    script = """
fresh
state > /var/lib/before
mount -o remount,ro /etc/binfmt.d
fix > /var/lib/said; echo "status $?"
state > /var/lib/after
cmp /var/lib/before /var/lib/after && echo the same
grep -c 'everything is as it was' /var/lib/said
ls /var/lib/qemu-doctor
"""
    assert on_a_host(script, tmp_path) == ["status 1", "the same", "1", "lock"]


def test_json_tells_how_it_ended(tmp_path: Path) -> None:
    script = """
fresh
doctor fix --require linux/arm64 --apply --yes --json
"""
    document = json.loads("\n".join(on_a_host(script, tmp_path)))
    assert errors("plan", document) == []
    assert document["applied"]["state"] == "done"
    assert document["applied"]["platforms"] == [{"platform": "linux/arm64", "verdict": "works"}]
    assert [x["proven"] for x in document["steps"]] == ["kernel"]


def test_in_a_namespace_nothing_is_mounted(tmp_path: Path) -> None:
    # It would be another registry, which hides the host's for good. What lies below ours would be the machine's, and
    # its root may write there.
    need_unmounted_registry()
    script = """
umount $registry
fix > /var/lib/said; echo "status $?"
[ -e $registry/status ] || echo not mounted
grep -c 'has a risk' /var/lib/said
ls /var/lib/qemu-doctor
"""
    assert on_a_host(script, tmp_path) == ["status 1", "not mounted", "1", "lock"]


def test_killed_anywhere_the_next_run_undoes(tmp_path: Path) -> None:
    script = f"""
number=1
while :; do
    fresh; state > /var/lib/before
    $python -m tests.live.killing $number fix --require linux/arm64 --apply --yes >/dev/null 2>&1
    status=$?
    [ $status = {KILLED} ] || break
    doctor fix --undo >/dev/null || echo "undo failed at $number"
    state > /var/lib/after
    if [ -e /etc/binfmt.d/qemu-doctor-qemu-aarch64.conf ] && doctor -q --require linux/arm64 >/dev/null; then
        echo "finished at $number"
    else
        cmp /var/lib/before /var/lib/after || echo "different at $number"
    fi
    number=$((number + 1))
done
echo "places $number, last $status"
"""
    lines = on_a_host(script, tmp_path)
    assert [x for x in lines if "failed" in x or "differ" in x] == []
    # Only behind the last place, where the journal is gone already, nothing is left to undo.
    assert len([x for x in lines if x.startswith("finished")]) == 1
    places = int(lines[-1].split()[1].rstrip(","))
    assert lines[-1].endswith("last 0")
    assert places > PLACES_MIN


def test_killed_anywhere_the_next_run_finishes(tmp_path: Path) -> None:
    script = f"""
number=1
while :; do
    fresh
    $python -m tests.live.killing $number fix --require linux/arm64 --apply --yes >/dev/null 2>&1
    status=$?
    [ $status = {KILLED} ] || break
    # Killed once more while it puts back, then left alone.
    $python -m tests.live.killing 4 fix --require linux/arm64 --apply --yes >/dev/null 2>&1
    fix >/dev/null || echo "failed at $number"
    doctor -q --require linux/arm64 >/dev/null || echo "broken at $number"
    cat $registry/qemu-arm | grep -q disabled || echo "touched at $number"
    [ -e $registry/jar ] || echo "lost at $number"
    number=$((number + 1))
done
echo "places $number, last $status"
"""
    lines = on_a_host(script, tmp_path)
    assert lines[:-1] == []
    assert lines[-1].endswith("last 0")


@pytest.mark.parametrize(
    ("made", "said"),
    [
        pytest.param("mkfifo", "is no ordinary file", id="fifo"),
        pytest.param("truncate -s 2M", "is no ordinary file", id="large"),
        pytest.param("mkdir", "Is a directory", id="directory"),
    ],
)
def test_what_cannot_be_put_back_is_not_replaced(made: str, said: str, tmp_path: Path) -> None:
    script = f"""
fresh
{made} {CONFIGURATION}
state > /var/lib/before
fix > /var/lib/said; echo "status $?"
tr -s ' \\n' ' ' < /var/lib/said | grep -c '{said}'
same
ls /var/lib/qemu-doctor
"""
    assert on_a_host(script, tmp_path) == ["status 1", "1", "the same", "lock"]


def test_what_a_link_leads_to_is_put_back(tmp_path: Path) -> None:
    # The fourth place lies behind the command that writes the configuration.
    script = f"""
fresh
echo precious > /var/lib/precious
ln -s /var/lib/precious {CONFIGURATION}
killed 4
cat /var/lib/precious | grep -c precious
doctor fix --undo >/dev/null
cat /var/lib/precious
rm {CONFIGURATION}; ln -s /var/lib/nowhere {CONFIGURATION}
killed 4
doctor fix --undo >/dev/null
readlink {CONFIGURATION}
[ -e /var/lib/nowhere ] || echo nowhere
"""
    assert on_a_host(script, tmp_path) == ["0", "precious", "/var/lib/nowhere", "nowhere"]


def test_a_registry_that_was_read_only_is_again(tmp_path: Path) -> None:
    script = """
fresh
mount -o remount,ro $registry
killed 6
grep " $registry " /proc/self/mountinfo | tail -n 1 | grep -c 'binfmt_misc rw'
doctor fix --undo >/dev/null; echo "status $?"
grep " $registry " /proc/self/mountinfo | tail -n 1 | grep -c 'binfmt_misc ro'
"""
    lines = on_a_host(script, tmp_path)
    assert lines == ["1", "status 0", "1"]


def test_an_entry_that_newer_kernels_refuse_does_not_stand_against_it(tmp_path: Path) -> None:
    script = f"""
printf -- -1 > $registry/status
printf %s '{RELATIVE}' > $registry/register || exit 96
printf %s '{WITHOUT_F}' > $registry/register
state > /var/lib/before
killed 6
doctor fix --undo >/dev/null; echo "status $?"
same
"""
    assert on_a_host(script, tmp_path) == ["status 0", "the same"]


@pytest.mark.parametrize("where", ["| head -n 1", "> /dev/full"])
def test_nobody_listens(where: str, tmp_path: Path) -> None:
    script = f"""
fresh
fix {where} >/dev/null 2>&1
ls /var/lib/qemu-doctor
"""
    assert on_a_host(script, tmp_path) == ["lock"]


def test_no_room_for_the_journal(tmp_path: Path) -> None:
    script = """
fresh
state > /var/lib/before
mount -t tmpfs -o size=4k tmpfs /var/lib/qemu-doctor
dd if=/dev/zero of=/var/lib/qemu-doctor/x bs=4k count=1 2>/dev/null
fix > /var/lib/said; echo "status $?"
grep -c 'No space left' /var/lib/said
ls -A /var/lib/qemu-doctor
same
"""
    assert on_a_host(script, tmp_path) == ["status 1", "1", "lock", "x", "the same"]


@pytest.mark.parametrize("rehearsed", [True, False])
def test_an_emulator_that_does_not_work_is_not_left_registered(rehearsed: bool, tmp_path: Path) -> None:
    if os.uname().machine != "x86_64":
        pytest.skip("the stand-in is made of x86-64 instructions")
    script = f"""
printf -- -1 > $registry/status
printf %s '{STRANGER}' > $registry/register
$python -c "
from qemudoctor.probe.programs import assemble_code, program_of
open('/var/lib/broken', 'wb').write(assemble_code(program_of('x86_64'), bytes.fromhex('{BROKEN}')))"
chmod 755 /var/lib/broken
mount --bind /var/lib/broken {EMULATOR}
for engine in docker podman nerdctl; do
    for folder in /usr/bin /usr/local/bin; do [ -e $folder/$engine ] && mount --bind /dev/null $folder/$engine; done
done
{"" if rehearsed else "echo 0 > /proc/sys/user/max_user_namespaces"}
state > /var/lib/before
fix > /var/lib/said; echo "status $?"
grep -c 'putting back' /var/lib/said
same
"""
    # The kernel says it before anything is changed, or the programs that are executed afterwards.
    assert on_a_host(script, tmp_path) == ["status 1", "0" if rehearsed else "1", "the same"]


def test_what_is_lost_on_the_way_and_not_qemus_comes_back(tmp_path: Path) -> None:
    # As a package does that restarts systemd-binfmt.
    script = f"""
fresh
printf -- -1 > $registry/qemu-aarch64
apt << 'END'
#!/bin/sh
umount {EMULATOR}
printf -- -1 > /proc/sys/fs/binfmt_misc/status
printf %s '{WITHOUT_F}F' > /proc/sys/fs/binfmt_misc/register
END
fix > /dev/null; echo "status $?"
ls $registry | grep -v -e register -e status
"""
    assert on_a_host(script, tmp_path) == ["status 0", "jar", "qemu-aarch64"]


@pytest.mark.parametrize(("signal", "status"), [("INT", 130), ("TERM", 143), ("HUP", 129)])
def test_told_to_end_it_ends_what_it_started_and_puts_back(signal: str, status: int, tmp_path: Path) -> None:
    script = f"""
fresh
printf -- -1 > $registry/qemu-aarch64
apt << 'END'
#!/bin/sh
printf %s '{WITHOUT_F}' > /proc/sys/fs/binfmt_misc/register
sleep 100 & echo $! > /var/lib/sleeper
wait
END
state > /var/lib/before
$python -c '
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from qemudoctor.cli import main
open("/var/lib/doctor", "w").write(str(os.getpid()))
sys.exit(main(["fix", "--require", "linux/arm64", "--apply", "--yes"]))' >/dev/null 2>&1 &
while [ ! -s /var/lib/sleeper ]; do sleep 0.1; done
kill -{signal} $(cat /var/lib/doctor)
wait $!; echo "status $?"
case $(grep '^State' /proc/$(cat /var/lib/sleeper)/status 2>/dev/null) in '' | *Z*) echo ended ;; esac
same
ls /var/lib/qemu-doctor
"""
    assert on_a_host(script, tmp_path) == [f"status {status}", "ended", "the same", "lock"]


def test_two_at_once(tmp_path: Path) -> None:
    script = """
fresh
state > /var/lib/before
flock /var/lib/qemu-doctor/lock $python -m qemudoctor fix --require linux/arm64 --apply --yes 2>&1; echo "status $?"
same
"""
    if shutil.which("flock") is None:
        pytest.skip("flock (util-linux) is needed")
    lines = on_a_host(script, tmp_path)
    assert "another qemu-doctor repairs this host just now" in lines[0]
    assert lines[-2:] == ["status 2", "the same"]


@pytest.mark.parametrize("made", ["mkfifo", "mkdir", "ln -s /var/lib/other", "touch /var/lib/x; chmod 666"])
def test_a_strange_journal_is_not_believed(made: str, tmp_path: Path) -> None:
    script = f"""
fresh
journal=/var/lib/qemu-doctor/fix.json
case '{made}' in *666) touch $journal;; esac
{made} $journal
state > /var/lib/before
doctor fix --undo 2>&1 | grep -c fix.json
fix >/dev/null 2>&1; echo "status $?"
same
"""
    assert on_a_host(script, tmp_path) == ["1", "status 2", "the same"]


def test_a_registry_and_an_entry_are_wrong_at_once(tmp_path: Path) -> None:
    script = """
fresh
printf 0 > $registry/status
fix > /var/lib/said; echo "status $?"
grep -c '^step' /var/lib/said
"""
    assert on_a_host(script, tmp_path) == ["status 0", "2"]


def test_what_was_not_executed_is_not_called_verified(tmp_path: Path) -> None:
    script = """
fresh
for folder in /tmp /var/tmp /dev/shm; do
    # What lies there, perhaps this program, stays where it is.
    mount --bind $folder $folder && mount -o remount,bind,noexec,nosuid,nodev $folder || exit 95
done
export TMPDIR=/tmp
fix > /var/lib/said; echo "status $?"
tail -n 3 /var/lib/said | tr '\\n' ' ' | grep -c 'only by the model of the kernel: linux/arm64 works: linux/arm64'
"""
    assert on_a_host(script, tmp_path) == ["status 0", "1"]
