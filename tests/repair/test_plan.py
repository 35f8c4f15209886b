"""One plan out of many findings: few steps, in order, each of them able to be undone."""

from qemudoctor.facts import Facts
from qemudoctor.host.observation import Executable
from qemudoctor.host.trees import Content
from qemudoctor.platforms import BY_TARGET
from qemudoctor.repair.plan import Plan, make_plan
from qemudoctor.runner import builtin_checks, examine
from tests.support.answering import answering, dump
from tests.support.hosts import ask, entry_text, linux, static_emulator

EMULATOR = "/usr/bin/qemu-aarch64-static"
RISCV = "/usr/bin/qemu-riscv64-static"
NEW = "10.2.1"
FILES: dict[str, Content] = {
    EMULATOR: static_emulator("aarch64", version=NEW),
    RISCV: static_emulator("riscv64", version=NEW),
}
BOTH = "linux/arm64,linux/riscv64"


def plan(facts: Facts) -> Plan:
    return make_plan(examine(facts, builtin_checks()), builtin_checks())


def steps(found: Plan) -> list[tuple[str, list[str]]]:
    return [(x.remedy.id, [y.check for y in x.solves]) for x in found.steps]


def test_nothing_to_do() -> None:
    found = plan(ask(linux(entries={"qemu-aarch64": entry_text(flags="F")}, files=FILES), "linux/arm64"))
    assert (found.steps, found.left) == ((), ())


def test_each_platform_gets_a_step_that_lasts() -> None:
    host = linux(entries={"qemu-aarch64": entry_text()}, files=FILES)
    found = plan(ask(host, *BOTH.split(",")))
    assert steps(found) == [("register-persistently", ["QD201"]), ("register-persistently", ["QD206"])]
    assert all(x.verdict.value == "works" for x in found.after.platforms)
    assert found.left == ()


def test_the_entry_of_another_emulator_is_never_removed() -> None:
    entries = {"rosetta": entry_text(interpreter="/mnt/rosetta")}
    found = plan(ask(linux(entries=entries, files=FILES), "linux/arm64"))
    assert all("rosetta" not in x.remedy.effect.remove for x in found.steps if x.remedy.effect)


def test_an_entry_that_could_not_be_put_back_is_not_removed() -> None:
    # F holds the emulator open, and nothing lies at its path any more.
    entries = {"qemu-aarch64": entry_text(interpreter="/gone/qemu-aarch64", flags="F")}
    found = plan(ask(linux(entries=entries, files=FILES), "linux/arm64"))
    assert all("qemu-aarch64" not in x.remedy.effect.remove for x in found.steps if x.remedy.effect)


def test_what_no_step_can_do_is_left_with_a_reason() -> None:
    found = plan(ask(linux(kernel="3.10.0-327.el7.x86_64"), "linux/arm64"))
    assert found.steps == ()
    assert [x.found.check for x in found.left if x.reason] == [x.found.check for x in found.left] != []


def test_mounting_comes_first_and_then_the_host_is_examined_again() -> None:
    found = plan(ask(linux(mount="not-mounted", files=FILES), "linux/arm64"))
    assert [x.remedy.id for x in found.steps] in (["mount-now"], ["mount-at-boot"])
    assert found.examine_again


def removed(found: Plan) -> list[str]:
    return [name for x in found.steps if x.remedy.effect for name in x.remedy.effect.remove]


def test_nothing_is_moved_before_the_entry_of_another_emulator() -> None:
    # FEX takes position-independent programs only, and is asked before QEMU.
    pie = BY_TARGET["aarch64"].sample(pie=True)[:20].hex()
    entries = {
        "FEX": entry_text(interpreter="/usr/bin/FEX", magic=pie, mask="ff" * 20),
        "qemu-aarch64": entry_text(),
    }
    found = plan(ask(linux(entries=entries, files=FILES), "linux/arm64"))
    assert removed(found) == []
    assert any("FEX" in x.reason for x in found.left)


def test_nothing_is_moved_before_an_entry_that_could_not_be_moved_after_it() -> None:
    gone = entry_text(interpreter="/gone/qemu-aarch64", flags="F", enabled=False)
    found = plan(ask(linux(entries={"qemu-gone": gone, "qemu-aarch64": entry_text()}, files=FILES), "linux/arm64"))
    assert removed(found) == []


def test_a_warning_installs_nothing() -> None:
    old: dict[str, Content] = {EMULATOR: static_emulator("aarch64", version="7.2.22")}
    found = plan(ask(linux(entries={"qemu-aarch64": entry_text(flags="F")}, files=old), "linux/arm64"))
    assert found.steps == ()
    assert all("warning" in x.reason for x in found.left)


def test_two_steps_that_help_together() -> None:
    host = linux(entries={"qemu-aarch64": entry_text()}, enabled=False, files=FILES)
    found = plan(ask(host, "linux/arm64"))
    assert [x.remedy.id for x in found.steps] == ["enable-all", "register-persistently"]
    assert found.left == ()


def test_an_emulator_that_is_held_open_is_given_up_only_for_one_that_was_tried() -> None:
    # F holds an older file open than lies at the path now: registered again, that one is gone for good.
    magic = BY_TARGET["aarch64"].sample()[:20].hex()
    host = linux(entries={"qemu-aarch64": entry_text(flags="F", magic=magic, mask="ff" * 20)}, files=FILES)
    head = BY_TARGET["x86_64"].sample()
    seen = Executable(7, 1, 900, f"{EMULATOR} (deleted)", False, head, "qemu-aarch64 version 10.2.0")
    assert plan(ask(host, "linux/arm64")).steps != ()
    found = plan(ask(host, "linux/arm64", prober=answering({"aarch64": (dump("aarch64"), seen)})))
    assert found.steps == ()
    assert any("could not be put back" in x.reason for x in found.left)
