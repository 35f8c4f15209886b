"""The schemas that the package ships, as validators."""

import json

from jsonschema import Draft202012Validator

from tests.support.repository import PACKAGE

FOLDER = PACKAGE / "schemas"


def validator(name: str) -> Draft202012Validator:
    """Return the validator of one schema."""
    return Draft202012Validator(json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")))


def errors(name: str, document: object) -> list[str]:
    """Return what is wrong with a document."""
    return [f"{error.json_path}: {error.message}" for error in validator(name).iter_errors(document)]
