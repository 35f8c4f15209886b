"""What binfmt-support registers at every boot: the database of update-binfmts(8)."""

from qemudoctor.facts.fact import Unavailable
from qemudoctor.facts.persistent import PersistentLine
from qemudoctor.host.door import CouldNotLook, Host, HostError, NotThere

DATABASE = "/var/lib/binfmts"
_FIELDS = ("package", "type", "offset", "magic", "mask", "interpreter", "detector", "credentials", "preserve", "fix")
_FLAGS = (("credentials", "C"), ("preserve", "P"), ("fix", "F"))
_TYPES = {"magic": "M", "extension": "E"}
_FILE_LIMIT_BYTES = 8192
_FILES_MAX = 1000


def read_database(host: Host) -> tuple[PersistentLine, ...]:
    """Return the register lines of update-binfmts, by the names of their entries. Raises: Unavailable.

    Nothing where update-binfmts itself is not installed: then nobody reads its database.
    """
    try:
        names = sorted(host.listdir(DATABASE))
        if not names or host.which("update-binfmts") is None:
            return ()
        found = [(name, host.read(f"{DATABASE}/{name}", limit=_FILE_LIMIT_BYTES)) for name in names[:_FILES_MAX]]
    except NotThere:
        return ()
    except CouldNotLook as error:
        raise Unavailable(f"{error.path}: {error.reason}") from error
    except HostError as error:
        raise Unavailable(error.reason) from error
    lines = [PersistentLine(f"{DATABASE}/{name}", line) for name, text in found if (line := parse_row(name, text))]
    return tuple(lines)


def parse_row(name: str, text: bytes) -> bytes | None:
    r"""Return the register line of one file of the database; None of one with a detector, or that is none.

    Format: ten lines: package, type ("magic" or "extension"), offset, magic (with \xHH), mask, interpreter, detector,
        credentials, preserve, fix_binary; the last three are "yes", "no" or empty. Files of old versions end earlier.
    Source: binfmt-support 2.2.2, whose files were compared with what it registers.
    """
    values = dict(zip(_FIELDS, text.decode("utf-8", "surrogateescape").split("\n"), strict=False))
    kind = _TYPES.get(values.get("type", ""))
    if kind is None or not values.get("interpreter") or values.get("detector"):
        return None
    flags = "".join(letter for field, letter in _FLAGS if values.get(field) == "yes")
    fields = (name, kind, values["offset"], values["magic"], values["mask"], values["interpreter"], flags)
    delimiter = next((x for x in ":|;,!" if not any(x in field for field in fields)), None)
    if delimiter is None:
        return None
    return "".join(f"{delimiter}{field}" for field in fields).encode("utf-8", "surrogateescape")
