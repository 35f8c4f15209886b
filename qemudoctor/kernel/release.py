"""Kernel releases: what `uname -r` says, and which features follow from it."""

import re
from functools import lru_cache
from typing import NamedTuple

from qemudoctor.kernel.features import ROWS, Feature, FeatureRow, Span, Support, Version

# Patterns are texts: compiling them all would cost more than the rest of a start, and a release meets one or two.
_ENTERPRISE = r"-(\d+)(?:\.\d+)*(?:\.rt[\d.]+)?\.(el\d+)(?:_\d+)?(?![a-z0-9])(?!\.elrepo)"
_ENTERPRISE_BASE = {"el7": (3, 10), "el8": (4, 18), "el9": (5, 14), "el10": (6, 12)}
_DEBIAN_BUILD = r"Debian (\d+)\.(\d+)\.(\d+)"
_DEBIAN_ABI = r"\d+\.\d+\.0-(\d+)-(?:cloud-|rt-)?(?:amd64|arm64|686(?:-pae)?|armmp(?:-lpae)?|s390x|powerpc64le)"
_UBUNTU = r"-(\d+)-(?:generic|lowlatency|aws|azure|gcp|gke|kvm|oracle|oem|raspi|virtual|snapdragon|nvidia)"
_VENDOR_MARKS = (
    ("wsl", ("microsoft", "Microsoft")),
    ("amazon", (".amzn",)),
    ("uek", ("uek",)),
    ("virtuozzo", (".vz7", ".vz8", ".vz9", ".lve")),
    ("debian", ("+deb", "~bpo", ".deb1")),
    ("fedora", (".fc",)),
    ("proxmox", ("-pve",)),
    ("suse", ("-default",)),
)


class KernelReleaseError(ValueError):
    """The text is not a Linux kernel release."""


class KernelRelease(NamedTuple):
    """A kernel release and what is known of it. Compare features, not versions: vendors backport."""

    text: str
    version: Version
    vendor: str | None = None
    """el7, el8, el9, el10 (with that family's base version only), ubuntu, debian, wsl, amazon, … or None: mainline."""
    build: int | None = None
    """The vendor's build number: 327 in 3.10.0-327.el7, 74 in 4.15.0-74-generic."""
    patch_known: bool = True
    """False where the third number is not the stable level (3.10, 4.15.0-74-generic, 6.1.0-56-amd64)."""
    assumed: tuple[tuple[Feature, bool], ...] = ()

    @classmethod
    def parse(cls, text: str, *, build: str = "") -> "KernelRelease":
        """Return the release that text names.

        Format: what `uname -r` prints, or only a version: "3.10.0-327.el7.x86_64", "4.15.0-74-generic", "6.12".
            `build` is what `uname -v` prints; Debian's has the true version ("#1 SMP Debian 6.1.192-1 (2026-01-01)").
        Raises: KernelReleaseError if text does not begin with a version.
        """
        text = text.strip()
        numbers = _numbers(text)
        if len(numbers) < 2 or len(text) > 255:
            raise KernelReleaseError(f"not a kernel release: {text[:80]!r}")
        major, minor, patch = (*numbers, 0)[:3]
        vendor, number = _vendor(text, (major, minor))
        known = len(numbers) > 2 and vendor not in _FROZEN_PATCH
        if vendor == "debian" and number is not None:
            patch, known = _debian_patch((major, minor), number)
        if "Debian" in build and (real := re.search(_DEBIAN_BUILD, build)):
            major, minor, patch = (int(part) for part in real.groups())
            vendor, known = "debian", True
        return cls(text, (major, minor, patch), vendor, number, known)

    def support(self, feature: Feature) -> Support:
        """Return whether this kernel has a feature, UNKNOWN where its vendor may have taken it or not."""
        return _support(self, feature)

    def supports(self, feature: Feature) -> bool:
        """Return the best answer to whether this kernel has a feature: unknown counts as not backported."""
        return _support(self, feature) is Support.YES

    def assume(self, feature: Feature, value: bool) -> "KernelRelease":
        """Return this release with one feature settled, for asking what follows from either answer."""
        return self._replace(assumed=(*self.assumed, (feature, value)))


@lru_cache(maxsize=1024)
def _support(release: KernelRelease, feature: Feature) -> Support:
    for assumed, value in release.assumed:
        if assumed is feature:
            return Support.YES if value else Support.NO
    row = ROWS[feature]
    for vendor, first in row.vendors:
        if vendor == release.vendor:
            return _by_build(first, release.build)
    return _by_version(release, row)


def _by_version(release: KernelRelease, row: FeatureRow) -> Support:
    answers = [_in_span(release, span) for span in row.spans]
    for answer in (Support.YES, Support.UNKNOWN):
        if answer in answers:
            return answer
    return Support.UNKNOWN if _could_be_patched(release, row) else Support.NO


def _could_be_patched(release: KernelRelease, row: FeatureRow) -> bool:
    """Return whether this vendor could have taken a change that its base version lacks, and nobody looked."""
    if row.feature in _NEVER_BACKPORTED or row.spans[0].before is not None:
        return False
    if release.vendor == "ubuntu":
        return len(row.spans) > 1
    return release.vendor in _HEAVILY_PATCHED


def _in_span(release: KernelRelease, span: Span) -> Support:
    if span.before is not None:
        if release.version >= span.before:
            return Support.NO
        if not release.patch_known and span.before[:2] == release.version[:2]:
            return Support.UNKNOWN
    if span.first is not None and release.version >= span.first:
        return Support.YES
    if not release.patch_known and release.version[:2] in [x[:2] for x in (span.first, span.maybe) if x]:
        return Support.UNKNOWN
    if span.maybe is not None and release.version >= span.maybe:
        return Support.UNKNOWN
    return Support.NO


_FROZEN_PATCH = frozenset({"el7", "el8", "el9", "el10", "ubuntu"})
_HEAVILY_PATCHED = frozenset({"el9", "el10", "uek", "suse", "virtuozzo"})
_NEVER_BACKPORTED = frozenset({Feature.FIX_BINARY, Feature.USERNS_INSTANCE, Feature.IA32_SWITCH, Feature.BUFFER_256})


_DEBIAN_PATCH = {
    (5, 10): ((8, 46), (46, 262)),
    (6, 1): ((25, 106), (26, 112), (56, 192)),
}
"""Debian's ABI number and the stable level behind it, for kernels that were looked at."""


def _debian_patch(branch: tuple[int, int], abi: int) -> tuple[int, bool]:
    """Return the highest stable level that a Debian kernel surely has, and whether it is the exact one."""
    level, is_exact = 0, False
    for known, patch in _DEBIAN_PATCH.get(branch, ()):
        if known <= abi:
            level, is_exact = patch, known == abi
    return level, is_exact


def _numbers(text: str) -> tuple[int, ...]:
    """Return the numbers at the start of a release, fewer than two if it does not start with a version."""
    numbers: list[int] = []
    for part in text.split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not 1 <= len(digits) <= 5:
            break
        numbers.append(int(digits))
        if digits != part:
            break
    return tuple(numbers)


def _by_build(first: int | None, build: int | None) -> Support:
    if first is None:
        return Support.NO
    if build is None:
        return Support.YES if first == 0 else Support.UNKNOWN
    return Support.YES if build >= first else Support.NO


def _vendor(text: str, branch: tuple[int, int]) -> tuple[str | None, int | None]:
    """Return the vendor's tag and build number of a release, tags only where the base version is that vendor's own."""
    if ".el" in text and (found := re.search(_ENTERPRISE, text)):
        tag = found.group(2)
        if _ENTERPRISE_BASE.get(tag) == branch:
            return tag, int(found.group(1))
    for name, marks in _VENDOR_MARKS:
        if any(mark in text for mark in marks):
            return name, None
    if ".0-" in text and (found := re.fullmatch(_DEBIAN_ABI, text)):
        return "debian", int(found.group(1))
    if "-" in text and (found := re.search(_UBUNTU, text)):
        return "ubuntu", int(found.group(1))
    return None, None
