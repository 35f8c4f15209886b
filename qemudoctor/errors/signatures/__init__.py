"""The signatures: who says what, and with which words. They are tried in order; the first that fits wins."""

from qemudoctor.errors.signatures.signature import Signature


def signatures() -> tuple[Signature, ...]:
    """Return all signatures by their turn, those of registration first: their lines hold words that others look for."""
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

    tables = (
        registration,
        tools,
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
    )
    return tuple(sorted((row for table in tables for row in table.ROWS), key=lambda row: row.turn))
