"""The signatures: who says what, and with which words. They are tried in order; the first that fits wins."""

from collections.abc import Iterator

from qemudoctor.errors.signatures.signature import Signature


def signatures() -> Iterator[Signature]:
    """Yield all signatures, those of registration first: their lines hold words that others look for, too."""
    from qemudoctor.errors.signatures import (
        crashes,
        emulators,
        endings,
        engines,
        guests,
        images,
        loaders,
        lookalikes,
        modules,
        permissions,
        refusals,
        registration,
        runtimes,
        sandboxes,
        shells,
        starters,
        supervisors,
        tools,
        wordings,
    )

    yield from registration.ROWS[:-1]
    yield from tools.ROWS
    for table in (
        lookalikes,
        engines,
        images,
        shells,
        supervisors,
        permissions,
        starters,
        runtimes,
        loaders,
        modules,
        emulators,
        refusals,
        sandboxes,
        wordings,
        endings,
        crashes,
        guests,
    ):
        yield from table.ROWS
    yield registration.ROWS[-1]  # anything that names binfmt_misc and an errno
