"""Releases as vendors write them, and what follows from them."""

import pytest

from qemudoctor.kernel import FEATURES, Feature, KernelRelease, KernelReleaseError, Support
from qemudoctor.kernel.features import ROWS


@pytest.mark.parametrize(
    ("text", "version", "vendor", "build"),
    [
        ("6.12", (6, 12, 0), None, None),
        ("3.10.49", (3, 10, 49), None, None),
        ("6.18.44-fc-v595", (6, 18, 44), None, None),
        ("6.17.0-rc3+", (6, 17, 0), None, None),
        (" 6.1.192\n", (6, 1, 192), None, None),
        ("3.10.0-327.el7.x86_64", (3, 10, 0), "el7", 327),
        ("3.10.0-1160.62.1.el7.x86_64", (3, 10, 0), "el7", 1160),
        ("3.10.0-1160.rt56.1131.el7.x86_64", (3, 10, 0), "el7", 1160),
        ("4.18.0-147.el8.x86_64", (4, 18, 0), "el8", 147),
        ("4.18.0-553.16.1.el8_10.x86_64", (4, 18, 0), "el8", 553),
        ("5.14.0-427.el9_4.aarch64", (5, 14, 0), "el9", 427),
        ("6.12.0-55.el10.x86_64", (6, 12, 0), "el10", 55),
        # These run on RHEL's user land with a kernel that is not RHEL's.
        ("5.4.17-2136.el7uek.x86_64", (5, 4, 17), "uek", None),
        ("4.14.35-1902.el7uek.x86_64", (4, 14, 35), "uek", None),
        ("6.9.7-1.el7.elrepo.x86_64", (6, 9, 7), None, None),
        ("5.4.278-1.el8.elrepo.x86_64", (5, 4, 278), None, None),
        ("4.15.0-74-generic", (4, 15, 0), "ubuntu", 74),
        ("6.1.0-1034-oem", (6, 1, 0), "ubuntu", 1034),
        ("6.8.0-1015-aws", (6, 8, 0), "ubuntu", 1015),
        ("5.15.167.4-microsoft-standard-WSL2", (5, 15, 167), "wsl", None),
        ("4.14.355-275.572.amzn2.x86_64", (4, 14, 355), "amazon", None),
        ("6.12.117+deb13-cloud-amd64", (6, 12, 117), "debian", None),
        ("6.1.0-56-cloud-amd64", (6, 1, 192), "debian", 56),
        ("5.10.0-46-amd64", (5, 10, 262), "debian", 46),
        ("4.19.0-27-amd64", (4, 19, 0), "debian", 27),
        ("6.11.4-301.fc41.x86_64", (6, 11, 4), "fedora", None),
        ("6.8.12-4-pve", (6, 8, 12), "proxmox", None),
        ("6.4.0-150600.23.7-default", (6, 4, 0), "suse", None),
        ("3.10.0-1160.90.1.vz7.200.7", (3, 10, 0), "virtuozzo", None),
    ],
)
def test_vendor_releases(text: str, version: tuple[int, int, int], vendor: str | None, build: int | None) -> None:
    release = KernelRelease.parse(text)
    assert (release.version, release.vendor, release.build) == (version, vendor, build)


@pytest.mark.parametrize(
    "text", ["", "6", "6.", "six.twelve", "Linux 6.1", "v6.1", ".6.1", "6" * 300, "123456.1", "6.1" + "x" * 300]
)
def test_what_is_no_release(text: str) -> None:
    with pytest.raises(KernelReleaseError, match="not a kernel release"):
        KernelRelease.parse(text)


def test_debian_says_the_true_version_in_its_build() -> None:
    release = KernelRelease.parse("6.1.0-25-amd64", build="#1 SMP PREEMPT_DYNAMIC Debian 6.1.106-3 (2024-08-26)")
    assert (release.version, release.vendor, release.patch_known) == ((6, 1, 106), "debian", True)


def test_an_abi_number_between_two_that_are_known_gives_the_lower_level() -> None:
    release = KernelRelease.parse("6.1.0-30-amd64")
    assert (release.version, release.patch_known) == ((6, 1, 112), False)


@pytest.mark.parametrize(
    ("text", "feature", "support"),
    [
        ("4.7.10", Feature.FIX_BINARY, Support.NO),
        ("4.8.0", Feature.FIX_BINARY, Support.YES),
        ("3.10.0-1160.el7.x86_64", Feature.FIX_BINARY, Support.NO),
        ("4.18.0-147.el8.x86_64", Feature.FIX_BINARY, Support.YES),
        ("6.9.7-1.el7.elrepo.x86_64", Feature.FIX_BINARY, Support.YES),
        ("5.4.17-2136.el7uek.x86_64", Feature.FIX_BINARY, Support.YES),
        ("3.10.0-1062.el7.x86_64", Feature.STRICT_OFFSET, Support.NO),
        ("3.10.0-1127.el7.x86_64", Feature.STRICT_OFFSET, Support.YES),
        ("4.4.100", Feature.STRICT_OFFSET, Support.UNKNOWN),
        ("4.4.155", Feature.STRICT_OFFSET, Support.YES),
        ("4.9.0", Feature.STRICT_OFFSET, Support.NO),
        ("4.9.337", Feature.STRICT_OFFSET, Support.UNKNOWN),
        ("4.18.0-147.el8.x86_64", Feature.BUFFER_256, Support.YES),
        ("5.0.1", Feature.BUFFER_256, Support.NO),
        ("6.11.10", Feature.WRITE_WHILE_RUNNING, Support.YES),
        ("6.11.11", Feature.WRITE_WHILE_RUNNING, Support.NO),
        ("6.12.1", Feature.WRITE_WHILE_RUNNING, Support.YES),
        ("6.12.2", Feature.WRITE_WHILE_RUNNING, Support.NO),
        ("6.11.0-26-generic", Feature.WRITE_WHILE_RUNNING, Support.UNKNOWN),
        ("6.1.0-30-amd64", Feature.UMOUNT_DROPS_ENTRIES, Support.YES),
        ("5.14.0-427.el9_4.x86_64", Feature.UMOUNT_DROPS_ENTRIES, Support.UNKNOWN),
        ("6.16.3", Feature.PHDRS_ONE_PAGE, Support.YES),
        ("6.17.0", Feature.PHDRS_ONE_PAGE, Support.NO),
        ("5.15.0-30-generic", Feature.SEGMENTS_ONE_BY_ONE, Support.UNKNOWN),
        ("6.6.0-30-generic", Feature.WRITE_WHILE_RUNNING, Support.NO),
        ("6.1.0-30-amd64", Feature.FLAG_DELIMITER_REFUSED, Support.UNKNOWN),
        ("4.15.0-74-generic", Feature.OPEN_BEFORE_NAME, Support.UNKNOWN),
        ("4.15.0-74-generic", Feature.USERNS_INSTANCE, Support.NO),
        ("5.14.0-427.el9_4.x86_64", Feature.USERNS_INSTANCE, Support.NO),
    ],
)
def test_support(text: str, feature: Feature, support: Support) -> None:
    release = KernelRelease.parse(text)
    assert release.support(feature) is support
    assert release.supports(feature) is (support is Support.YES)


def test_a_feature_can_be_settled() -> None:
    release = KernelRelease.parse("3.10.0-327.el7.x86_64")
    assert release.assume(Feature.FIX_BINARY, True).supports(Feature.FIX_BINARY)
    assert release.assume(Feature.REGISTER_1920, False).support(Feature.REGISTER_1920) is Support.NO
    assert not release.supports(Feature.FIX_BINARY)


def test_every_feature_has_one_row_with_a_source() -> None:
    assert [row.feature for row in FEATURES if ROWS[row.feature] is not row] == []
    assert {row.feature for row in FEATURES} == set(Feature)
    assert all(row.source and row.spans for row in FEATURES)


def test_an_enterprise_tag_on_another_base_is_not_believed() -> None:
    assert KernelRelease.parse("5.4.0-1.el7.x86_64").vendor is None
    assert KernelRelease.parse("5.14.0-1.el9uek.x86_64").vendor == "uek"


def test_a_build_number_that_is_missing_is_unknown_where_it_decides() -> None:
    release = KernelRelease.parse("3.10.0-327.el7.x86_64")._replace(build=None)
    assert release.support(Feature.STRICT_OFFSET) is Support.UNKNOWN
    assert KernelRelease.parse("4.18.0-1.el8.x86_64")._replace(build=None).supports(Feature.BUFFER_256)


def test_the_stable_level_is_known_where_it_is_written() -> None:
    known = {
        text: KernelRelease.parse(text).patch_known for text in ("6.12", "6.12.0", "6.12.1-x", "4.15.0-74-generic")
    }
    assert known == {"6.12": False, "6.12.0": True, "6.12.1-x": True, "4.15.0-74-generic": False}
    assert KernelRelease("6.1.0", (6, 1, 0)) == KernelRelease.parse("6.1.0")


def test_a_release_has_255_bytes_at_most() -> None:
    assert KernelRelease.parse("6.1-" + "x" * 251).version == (6, 1, 0)
    with pytest.raises(KernelReleaseError):
        KernelRelease.parse("6.1-" + "x" * 252)


def test_the_build_of_debian_goes_before_its_abi_number() -> None:
    release = KernelRelease.parse("6.1.0-31-amd64", build="#1 SMP PREEMPT_DYNAMIC Debian 6.1.128-1 (2025-02-07)")
    assert (release.version, release.vendor, release.patch_known) == ((6, 1, 128), "debian", True)
    other = KernelRelease.parse("6.8.0-31-generic", build="#31-Ubuntu SMP PREEMPT_DYNAMIC 5.1.2")
    assert (other.version, other.vendor) == ((6, 8, 0), "ubuntu")


def test_several_features_can_be_settled() -> None:
    release = KernelRelease.parse("6.12.1").assume(Feature.FIX_BINARY, False).assume(Feature.BUFFER_256, False)
    assert not release.supports(Feature.FIX_BINARY)
    assert not release.supports(Feature.BUFFER_256)
    assert release.supports(Feature.REGISTER_1920)


@pytest.mark.parametrize(
    ("text", "version", "is_known"),
    [
        ("12345.1.2", (12345, 1, 2), True),
        ("6.1-rc1.5", (6, 1, 0), False),
        ("6.1X.2", (6, 1, 0), False),
        ("6.1.2.3.4", (6, 1, 2), True),
        ("6.1.0-56-amd64", (6, 1, 192), True),
        ("6.1.0-25-amd64", (6, 1, 106), True),
        ("6.1.0-26-amd64", (6, 1, 112), True),
        ("6.1.0-24-amd64", (6, 1, 0), False),
        ("5.10.0-7-amd64", (5, 10, 0), False),
        ("5.10.0-8-amd64", (5, 10, 46), True),
        ("5.10.0-9-amd64", (5, 10, 46), False),
        ("5.10.0-45-amd64", (5, 10, 46), False),
        ("5.10.0-46-amd64", (5, 10, 262), True),
        ("3.10.0-327.el7.x86_64", (3, 10, 0), False),
        ("4.18.0-147.el8.x86_64", (4, 18, 0), False),
        ("5.14.0-427.el9_4.x86_64", (5, 14, 0), False),
        ("6.12.0-55.el10.x86_64", (6, 12, 0), False),
    ],
)
def test_how_exactly_the_version_is_known(text: str, version: tuple[int, int, int], is_known: bool) -> None:
    release = KernelRelease.parse(text)
    assert (release.version, release.patch_known) == (version, is_known)


@pytest.mark.parametrize(
    ("text", "vendor"),
    [
        ("4.4.0-19041-Microsoft", "wsl"),
        ("4.19.128-microsoft-standard", "wsl"),
        ("5.10.215-203.850.amzn2.x86_64", "amazon"),
        ("5.15.0-205.149.5.1.el9uek.x86_64", "uek"),
        ("3.10.0-1160.vz7.200.7", "virtuozzo"),
        ("4.18.0-348.vz8.39.x86_64", "virtuozzo"),
        ("5.14.0-427.vz9.72.x86_64", "virtuozzo"),
        ("3.10.0-962.3.2.lve1.5.88", "virtuozzo"),
        ("6.12.117+deb13-amd64", "debian"),
        ("6.1.0-0.deb11.13-amd64", "debian"),
        ("5.10.1~bpo10-amd64", "debian"),
        ("6.11.4-301.fc41.x86_64", "fedora"),
        ("6.8.12-4-pve", "proxmox"),
        ("6.4.0-150600.23.7-default", "suse"),
        ("6.18.44-custom", None),
    ],
)
def test_vendors_by_their_marks(text: str, vendor: str | None) -> None:
    assert KernelRelease.parse(text).vendor == vendor
