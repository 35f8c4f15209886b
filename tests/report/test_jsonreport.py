"""The report as JSON: the contract of other programs."""

import json
from typing import Any

import pytest

from qemudoctor.report.jsonreport import render_json
from qemudoctor.runner import examine
from tests.report.examples import REPORTS, SKIPPED, founding, hostile, mixed, nothing, supposed, unseen
from tests.support.hosts import FakeHost, ask, entry_text, linux, observing, static_emulator
from tests.support.schemas import errors


def _of(host: FakeHost, *require: str) -> dict[str, Any]:
    return json.loads(render_json(examine(ask(host, *require), ())))  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", REPORTS)
def test_report_follows_its_schema(name: str) -> None:
    assert errors("report", json.loads(render_json(REPORTS[name]()))) == []


@pytest.mark.parametrize("name", REPORTS)
def test_same_report_gives_same_bytes(name: str) -> None:
    assert render_json(REPORTS[name]()) == render_json(REPORTS[name]())


def test_founding_failure() -> None:
    document = json.loads(render_json(founding(prober=observing(aarch64=("ok", "ENOENT")))))
    assert document["schema"] == "qemu-doctor/report/1"
    assert document["tool"]["name"] == "qemu-doctor"
    assert document["host"] == {
        "hostname": "node7",
        "machine": "x86_64",
        "kernel": "3.10.0-327.el7.x86_64",
        "os": {"id": "centos", "version": "7", "name": "CentOS Linux 7"},
        "source": "live",
        "sandbox": None,
    }
    assert document["platforms"] == [
        {
            "platform": "linux/arm64",
            "required": True,
            "support": "emulated",
            "entry": "qemu-aarch64",
            "host": {"predicted": "ok", "observed": "ok", "reason": None},
            "container": {"predicted": "ENOENT", "observed": "ENOENT", "reason": None},
            "verdict": "broken",
        }
    ]
    assert document["registry"]["entries"] == [
        {
            "name": "qemu-aarch64",
            "enabled": True,
            "interpreter": "/usr/bin/qemu-aarch64-static",
            "flags": "",
            "offset": 0,
            "magic": "7f454c460201010000000000000000000200b700",
            "mask": "ffffffffffffff00fffffffffffffffffeffffff",
            "extension": None,
            "platforms": ["linux/arm64"],
            "emulator": {
                "path": "/usr/bin/qemu-aarch64-static",
                "exists": True,
                "linkage": "static",
                "version": "4.0.0",
                "pinned": False,
                "stale": False,
            },
        }
    ]
    assert document["summary"] == {"verdict": "fail", "errors": 1, "warnings": 0, "infos": 0}


def test_finding_holds_evidence_and_remedies() -> None:
    finding = json.loads(render_json(founding()))["findings"][0]
    assert (finding["check"], finding["slug"], finding["severity"]) == ("QD201", "binfmt-fix-binary-missing", "error")
    assert finding["evidence"][1] == {"source": "uname -r", "text": "3.10.0-327.el7.x86_64"}
    assert finding["remedies"][0] == {
        "id": "install-with-f",
        "title": "Register again with F, from a container",
        "commands": ["docker run --privileged --rm tonistiigi/binfmt --install arm64"],
        "root": True,
        "persistent": False,
        "risk": "replaces the entries for arm64",
        "leaves": "an image of some 70 MB",
        "note": None,
        "proven": "model",
    }


def test_what_is_not_known_is_null() -> None:
    host = json.loads(render_json(nothing()))["host"]
    assert host == {
        "hostname": None,
        "machine": None,
        "kernel": None,
        "os": None,
        "source": "live",
        "sandbox": None,
    }


def test_registry_that_cannot_be_read() -> None:
    document = json.loads(render_json(unseen("arm64")))
    registry = document["registry"]
    assert (registry["state"], registry["enabled"], registry["entries"]) == ("not-mounted", None, [])
    assert registry["reason"] == "binfmt_misc is not mounted here, so its entries cannot be read"
    assert document["platforms"][0]["container"]["predicted"] is None
    assert document["summary"]["verdict"] == "unknown"


def test_skipped_check_has_its_reason() -> None:
    checks = json.loads(render_json(examine(ask(linux()), (SKIPPED,))))["checks"]
    assert checks == [
        {"check": "QD501", "slug": "slug-of-qd501", "status": "skipped", "reason": "programs were not executed"}
    ]


def test_every_status_and_severity() -> None:
    document = json.loads(render_json(mixed()))
    assert {x["status"] for x in document["checks"]} == {"failed", "skipped", "crashed"}
    assert document["summary"] == {"verdict": "fail", "errors": 2, "warnings": 1, "infos": 1}


def test_pinned_emulator_may_be_stale() -> None:
    host = linux(
        entries={"qemu-aarch64": entry_text(flags="F")},
        files={"/usr/bin/qemu-aarch64-static": static_emulator("aarch64")},
    )
    emulator = _of(host)["registry"]["entries"][0]["emulator"]
    assert (emulator["pinned"], emulator["stale"]) == (True, None)


def test_emulator_that_is_not_there() -> None:
    emulator = _of(linux(entries={"qemu-aarch64": entry_text()}))["registry"]["entries"][0]["emulator"]
    assert emulator == {
        "path": "/usr/bin/qemu-aarch64-static",
        "exists": False,
        "linkage": None,
        "version": None,
        "pinned": False,
        "stale": False,
    }


def test_emulator_that_cannot_be_looked_at_is_null() -> None:
    path = "/usr/bin/qemu-aarch64-static"
    host = linux(entries={"qemu-aarch64": entry_text()}, files={path: static_emulator("aarch64")}, forbidden=(path,))
    assert _of(host)["registry"]["entries"][0]["emulator"] is None


def test_entry_by_extension_has_no_magic() -> None:
    text = "enabled\ninterpreter /usr/bin/wine\nflags: \nextension .exe\n"
    document = _of(linux(entries={"wine": text}))
    entry = document["registry"]["entries"][0]
    assert (entry["extension"], entry["magic"], entry["mask"]) == ("exe", None, None)
    assert errors("report", document) == []


def test_supposed_kernel_and_refused_line() -> None:
    document = json.loads(render_json(supposed("3.10.0-327.el7.x86_64")))
    assert document["supposed"] == {"kernel": "3.10.0-327.el7.x86_64", "registry": None}
    assert document["host"]["kernel"] == "3.10.0-327.el7.x86_64"
    refused = document["registry"]["refused"][0]
    assert (refused["name"], refused["errno"]) == ("qemu-aarch64", "EINVAL")
    assert refused["reason"] == "the flag F is not known before Linux 4.8"


def test_hostile_names_give_ascii_that_is_valid_json() -> None:
    text = render_json(hostile())
    assert text.isascii()
    assert not set(text) & set(map(chr, [*range(10), *range(11, 32), 127]))
    name = json.loads(text)["registry"]["entries"][0]["name"]
    assert name.endswith("\udcff\udc9b")
    assert name.startswith("n\x1b]0;owned\x07")
