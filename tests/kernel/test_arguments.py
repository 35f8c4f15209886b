"""How many arguments an execve() takes; the rows of the outcome tables ask a kernel as well."""

import pytest

from qemudoctor.kernel.arguments import are_too_large


@pytest.mark.parametrize(
    ("path", "arguments", "too_large"),
    [
        ("/p", [], False),
        ("/p", ["a", "b"], False),
        ("/p", ["x" * 131071], False),
        ("/p", ["x" * 131072], True),
        ("/p", ["", "é" * 65536], True),
        ("/p", ["x" * 131071] * 15 + ["x" * 130940], False),
        ("/p", ["x" * 131071] * 15 + ["x" * 130941], True),
        ("/pp", ["x" * 131071] * 15 + ["x" * 130940], True),
        ("/p", [""] * 233016, False),
        ("/p", [""] * 233017, True),
    ],
)
def test_arguments(path: str, arguments: list[str], too_large: bool) -> None:
    assert are_too_large(path, arguments) is too_large
