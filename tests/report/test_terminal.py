"""Nothing that was read may steer a terminal."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qemudoctor.report.terminal import WIDTH, Palette, clean, cut, listing, wrap

ANY_TEXT = st.text(st.characters() | st.characters(categories=("Cs", "Cc", "Cf")))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("plain ä 漢 \\x41", "plain ä 漢 \\x41", id="printable text stays"),
        pytest.param("a\nb\tc\rd", "a\\nb\\tc\\rd", id="white space that moves the cursor"),
        pytest.param("\x00\x1b[2J\x07", "\\x00\\x1b[2J\\x07", id="C0"),
        pytest.param("\x7f", "\\x7f", id="DEL"),
        pytest.param("\x80\x9b2J\x9f", "\\u0080\\u009b2J\\u009f", id="C1"),
        pytest.param("a\u202eb\u2066c\u200f", "a\\u202eb\\u2066c\\u200f", id="turned writing"),
        pytest.param("a\u200bb\ufeff\u2060", "a\\u200bb\\ufeff\\u2060", id="no width"),
        pytest.param("a\u2028b\u2029", "a\\u2028b\\u2029", id="line separators"),
        pytest.param("a\udc9bb\udcff", "a\\x9bb\\xff", id="undecodable bytes"),
        pytest.param("\ud800\udc00", "\\ud800\\udc00", id="half characters"),
        pytest.param("\U000e0041", "\\U000e0041", id="invisible tags"),
    ],
)
def test_clean(text: str, expected: str) -> None:
    assert clean(text) == expected


@given(ANY_TEXT)
def test_clean_text_has_only_printable_characters(text: str) -> None:
    cleaned = clean(text)
    assert not {unicodedata.category(x) for x in cleaned} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned
    assert clean(cleaned) == cleaned


@given(ANY_TEXT)
def test_wrapped_text_is_clean(text: str) -> None:
    assert all(line.isprintable() for line in wrap(text, indent="  "))


def test_wrap_fills_80_columns_and_leaves_long_words_whole() -> None:
    path = "/usr/" + "a" * 100
    lines = wrap(f"{'word ' * 40}{path} end", indent="  ", hanging="    ")
    assert path in [line.strip() for line in lines]
    assert all(len(line) <= WIDTH for line in lines if path not in line)
    assert lines[0].startswith("  word")
    assert lines[1].startswith("    word")


@pytest.mark.parametrize(("text", "expected"), [("abcdef", "abcdef"), ("abcdefg", "abc..."), ("\x1bxyzt", "\\x1...")])
def test_cut(text: str, expected: str) -> None:
    assert cut(text, 6) == expected


@pytest.mark.parametrize(
    ("words", "expected"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_listing(words: list[str], expected: str) -> None:
    assert listing(words) == expected


def test_palette_paints_only_if_enabled() -> None:
    assert Palette(enabled=True).paint("x", "red") == "\x1b[31mx\x1b[0m"
    assert Palette(enabled=True).paint("x", "") == "x"
    assert Palette(enabled=False).paint("x", "red") == "x"
