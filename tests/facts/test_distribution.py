"""os-release files: plain ones are read as the distro package reads them, which reads all others."""

from io import StringIO

import pytest
from distro import LinuxDistribution
from hypothesis import given
from hypothesis import strategies as st

from qemudoctor.facts.distribution import _plain_values

PLAIN = [
    'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n',
    "NAME=Fedora\nVERSION_ID=42\nID=fedora\n\n# a comment\nANSI_COLOR='0;38;2;60;110;180'\n",
    'ID="opensuse-leap"\nID_LIKE="suse opensuse"\nCPE_NAME="cpe:/o:opensuse:leap:15.6"\n',
]
NOT_PLAIN = ['NAME="a \\" b"\n', "NAME=a\\ b\n", 'NAME="a$b"\n', "NAME=a b\n", 'NAME="open\n', "words\n", "A='x''y'\n"]


def by_distro(text: str) -> dict[str, str]:
    values: dict[str, str] = LinuxDistribution._parse_os_release_content(StringIO(text))
    return {
        name: value for name, value in values.items() if name not in ("codename", "release_codename", "ubuntu_codename")
    }


@pytest.mark.parametrize("text", PLAIN)
def test_a_plain_file_is_read_alike(text: str) -> None:
    assert _plain_values(text) == by_distro(text)


@pytest.mark.parametrize("text", NOT_PLAIN)
def test_what_needs_the_shell_is_left_to_distro(text: str) -> None:
    assert _plain_values(text) is None


@given(st.text(st.sampled_from("ab=\"'\\$# \n-._"), max_size=30))
def test_whatever_is_read_is_read_alike(text: str) -> None:
    values = _plain_values(f"ID={text}\n")
    if values is not None:
        assert values == by_distro(f"ID={text}\n")
