"""The schemas are schemas, and strict enough to catch a mistake."""

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from qemudoctor.cli.schema import NAMES
from qemudoctor.report.jsonreport import report_document
from tests.report.examples import mixed
from tests.support.schemas import FOLDER, errors


def test_every_schema_has_a_name() -> None:
    assert sorted(path.stem for path in FOLDER.iterdir()) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_schema_is_valid_and_names_its_output(name: str) -> None:
    schema = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["properties"]["schema"] == {"const": f"qemu-doctor/{name}/1"}


@pytest.mark.parametrize("name", NAMES)
def test_every_object_is_closed_and_complete(name: str) -> None:
    schema = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    for found in _objects(schema):
        assert found["additionalProperties"] is False, found
        assert sorted(found["required"]) == sorted(found["properties"]), found


def _objects(schema: object) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        if schema.get("type") in ("object", ["object", "null"]):
            yield schema
        for value in schema.values():
            yield from _objects(value)


MISTAKES: dict[str, Callable[[Any], object]] = {
    "an outcome that is no errno": lambda x: x["platforms"][0]["host"].update(observed="error"),
    "a repr of an enum": lambda x: x["platforms"][0].update(verdict="Verdict.WORKS"),
    "a field nobody knows": lambda x: x["host"].update(color="red"),
    "a field that is missing": lambda x: x["platforms"][0]["container"].pop("predicted"),
    "a number as a text": lambda x: x["summary"].update(errors="1"),
    "a magic with an odd digit": lambda x: x["registry"]["entries"][0].update(magic="7f4"),
    "an extension beside a magic": lambda x: x["registry"]["entries"][0].update(extension="exe"),
    "entries of a registry that was not read": lambda x: x["registry"].update(reason="no"),
    "a platform in Debian's spelling": lambda x: x["platforms"][0].update(platform="arm64"),
    "a skipped check without a reason": lambda x: x["checks"][1].update(status="skipped", reason=None),
    "an empty message": lambda x: x["findings"][0].update(message=""),
    "another schema": lambda x: x.update(schema="qemu-doctor/report/2"),
}


@pytest.mark.parametrize("spoil", MISTAKES.values(), ids=MISTAKES)
def test_mistake_is_caught(spoil: Callable[[Any], object]) -> None:
    document = json.loads(json.dumps(report_document(mixed())))
    spoiled = copy.deepcopy(document)
    spoil(spoiled)
    assert errors("report", document) == []
    assert errors("report", spoiled) != []
