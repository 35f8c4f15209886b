"""The tables hold together."""

import re

import pytest

from qemudoctor.errors.causes import causes
from qemudoctor.errors.emitters import RUNC_LINES, runc_release
from qemudoctor.errors.evidence import FEATURES, NEEDS
from qemudoctor.errors.kinds import KINDS, kind_of
from qemudoctor.errors.reading.errnos import BY_TEXT, IN_WORDS
from qemudoctor.errors.reading.lines import Log
from qemudoctor.errors.reading.translations import translations
from qemudoctor.errors.signatures import signatures
from qemudoctor.runner import builtin_checks
from tests.support.repository import ROOT

SIGNATURES = signatures()
CAUSES = {cause.id for cause in causes()}


def test_causes_are_those_of_the_corpus() -> None:
    text = (ROOT / "fixtures/corpus/README.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `([a-z0-9-]+)` \| .* \| \d+ \|$", text, re.MULTILINE)) - {"out-of-scope"}
    assert listed == CAUSES


def test_every_cause_can_be_told_and_helped() -> None:
    for cause in causes():
        assert cause.title
        assert cause.explanation.endswith("."), cause.id
        assert cause.tell_apart.endswith("."), cause.id
        assert cause.steps, cause.id
        assert cause.references, cause.id
        assert len({step.id for step in cause.steps}) == len(cause.steps), cause.id


def test_checks_confirm_causes_that_exist() -> None:
    assert {check.cause for check in builtin_checks() if check.cause} <= CAUSES


@pytest.mark.parametrize("signature", SIGNATURES, ids=[x.id for x in SIGNATURES])
def test_signature(signature: object) -> None:
    from qemudoctor.errors.signatures.signature import Signature

    assert isinstance(signature, Signature)
    re.compile(signature.pattern, re.IGNORECASE)
    assert signature.needles
    assert all(needle == needle.lower() for needle in signature.needles)
    assert signature.source
    if signature.kind and "*" not in signature.kind:
        assert kind_of(signature.kind, signature.errno) is not None
    without_classes = re.sub(r"\[\^?\]?[^\]]*\]", "C", signature.pattern)
    assert not re.search(r"(?:C|\.|\\[sSwWdD])[*+]", without_classes), "unbounded: give it a limit"


def test_signatures_have_names_of_their_own() -> None:
    assert len({x.id for x in SIGNATURES}) == len(SIGNATURES)


def test_every_kind_is_of_a_signature() -> None:
    families = {x.kind.partition(":")[0] for x in SIGNATURES}
    assert {name.partition(":")[0] for name in KINDS} <= families


@pytest.mark.parametrize("name", KINDS)
def test_kind(name: str) -> None:
    kind = KINDS[name]
    assert {cause for cause, _ in kind.shares} <= CAUSES
    assert all(0 < share <= 1 for _, share in kind.shares)
    assert not kind.needs or kind.needs in NEEDS
    assert kind.says


@pytest.mark.parametrize("feature", FEATURES, ids=[x.id for x in FEATURES])
def test_feature(feature: object) -> None:
    from qemudoctor.errors.evidence import Feature

    assert isinstance(feature, Feature)
    re.compile(feature.pattern)
    assert {cause for cause, _ in feature.factors} <= CAUSES
    assert feature.words or feature.pattern
    assert feature.where in ("context", "line", "program")
    for scope in feature.scope:
        assert any(name == scope or name.endswith(f":{scope}") for name in KINDS), scope


def test_features_have_names_of_their_own() -> None:
    assert len({x.id for x in FEATURES}) == len(FEATURES)


def test_errno_words() -> None:
    assert {"ENOEXEC", "ENOENT", "EACCES", "ELOOP", "ELIBBAD", "EINVAL"} <= set(IN_WORDS)
    assert all(words == words.lower() for words in BY_TEXT)


@pytest.mark.parametrize("language", range(3))
def test_translations_are_found_in_any_text(language: int) -> None:
    filler = ("a line of the log\n", "Zeile für Zeile, ça et là\n", "日志的一行\n")[language] * 3000
    pairs = tuple(translations())
    found = {line.text for line in Log(filler + "\n".join(f"x: {word}" for word, _ in pairs)).candidates()}
    assert {f"x: {english}" for _, english in pairs} <= found


def test_translations_say_what_is_looked_for() -> None:
    pairs = tuple(translations())
    assert len({word for word, _ in pairs}) == len(pairs)
    assert all(english == english.lower() for _, english in pairs)


def test_lines_of_runc() -> None:
    assert runc_release(190).startswith("1.0.0-rc5")
    assert runc_release(211) == "1.0.0-rc7 to 1.0.0-rc10"
    assert runc_release(228) == "1.0.0-rc94 to 1.0.3"
    assert runc_release(150) == "before 1.0.0-rc2"
    assert "between" in runc_release(214)
    assert list(RUNC_LINES) == sorted(RUNC_LINES)
