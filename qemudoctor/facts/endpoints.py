"""Which endpoint the Docker client of whoever looks would use, found as the client finds it.

Source: docker/cli cli/command/cli.go (resolveContextName), cli/context/store, opts/hosts.go, as of 28.
"""

from typing import NamedTuple

from qemudoctor.facts.engines import DEFAULT_SOCKET, capped, client_folder, home, variable
from qemudoctor.host.door import CouldNotLook, Host, NotThere

CONFIG_LIMIT_BYTES = 1 << 20
_NAME_LIMIT = 128

_PRODUCTS = (
    ("/.docker/desktop/", "Docker Desktop"),
    ("/.colima/", "Colima"),
    ("/colima/", "Colima"),
    ("/.rd/docker.sock", "Rancher Desktop"),
    ("/.orbstack/", "OrbStack"),
    ("/.lima/", "Lima"),
    ("/.finch/", "Finch"),
    ("/podman-machine", "podman machine"),
    ("/containers/podman/machine/", "podman machine"),
)
"""Where products that keep their engine in a virtual machine put its socket, by a part of the path."""
_CONTEXTS = (
    ("desktop-linux", "Docker Desktop"),
    ("colima", "Colima"),
    ("rancher-desktop", "Rancher Desktop"),
    ("orbstack", "OrbStack"),
    ("lima", "Lima"),
)
"""The same by the start of the name of the context that they make."""


class Endpoint(NamedTuple):
    """Where a client would connect to."""

    address: str | None
    """None if the client would find none, for which problem says why."""
    source: str | None = None
    context: str | None = None
    problem: str | None = None
    evidence: tuple[tuple[str, str], ...] = ()

    @property
    def socket(self) -> str | None:
        """Return the path of the socket, None if the address is none of this machine's file system."""
        scheme, path = split(self.address or "")
        return path if scheme == "unix" and path.startswith("/") else None

    @property
    def product(self) -> str | None:
        """Return the product that keeps its engine in a virtual machine, if it is known to be one."""
        path = self.socket
        if path is None:
            return None
        return next((product for part, product in _PRODUCTS if part in path), None)

    @property
    def context_product(self) -> str | None:
        """Return the product whose contexts have such a name: that alone proves nothing."""
        return next((product for name, product in _CONTEXTS if (self.context or "").startswith(name)), None)


def split(address: str) -> tuple[str, str]:
    """Return the scheme and the rest of an address; without a scheme it is one of TCP (opts.ParseHost)."""
    scheme, separator, rest = address.strip().partition("://")
    if not separator:
        return "tcp", address.strip()
    if scheme == "unix" and not rest:
        return scheme, DEFAULT_SOCKET
    return scheme.lower(), rest


def read_endpoint(host: Host) -> Endpoint:
    """Return the endpoint that the client would use: DOCKER_HOST, else the context, else the default socket."""
    address = variable(host, "DOCKER_HOST").strip()
    if address:
        shown = without_password(address)
        return Endpoint(shown, "DOCKER_HOST", evidence=(("environment", f"DOCKER_HOST={shown}"),))
    name, source, problem = _context_name(host)
    if problem is not None:
        return Endpoint(None, source, problem=problem)
    if name is None or name == "default":
        return Endpoint(f"unix://{DEFAULT_SOCKET}")
    return _of_context(host, name, source)


def _context_name(host: Host) -> tuple[str | None, str | None, str | None]:
    """Return the name of the context in use, who says so, and what is wrong with that."""
    named = variable(host, "DOCKER_CONTEXT").strip()
    if named:
        return named, "DOCKER_CONTEXT", None
    folder = client_folder(host)
    if folder is None:
        return None, None, None
    path = f"{folder}/config.json"
    try:
        found = parse_object(host.read(path, limit=CONFIG_LIMIT_BYTES + 1))
    except NotThere:
        return None, None, None
    except CouldNotLook as error:
        return None, path, f"{path}: {error.reason}"
    except ConfigError as error:
        return None, path, f"{path}: {error}"
    name = found.get("currentContext")
    return (name, path, None) if isinstance(name, str) and name else (None, None, None)


def _of_context(host: Host, name: str, source: str | None) -> Endpoint:
    shown = capped(name[:_NAME_LIMIT])
    folder = client_folder(host)
    if folder is None:
        return Endpoint(None, source, shown, "the folder of the client's contexts is not known")
    from hashlib import sha256

    identity = sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    path = f"{folder}/contexts/meta/{identity}/meta.json"
    chosen = (("environment" if source == "DOCKER_CONTEXT" else source or path, f"context {shown}"),)
    try:
        address = parse_context(host.read(path, limit=CONFIG_LIMIT_BYTES + 1))
    except NotThere:
        return Endpoint(None, source, shown, f"the client has no context of that name: there is no {path}", chosen)
    except CouldNotLook as error:
        return Endpoint(None, source, shown, f"{path}: {error.reason}", chosen)
    except ConfigError as error:
        return Endpoint(None, source, shown, f"{path}: {error}", chosen)
    address = without_password(address)
    return Endpoint(address, source, shown, evidence=(*chosen, (path, f'"Host": "{address}"')))


def without_password(address: str) -> str:
    """Return an address as reports may show it: capped, and without the password that somebody wrote into it."""
    scheme, separator, rest = address.partition("://")
    user, at, place = rest.rpartition("@")
    if separator and at and ":" in user:
        address = f"{scheme}://{user.partition(':')[0]}:…@{place}"
    return capped(address) or ""


class ConfigError(Exception):
    """A file of the client cannot be used; the message says why."""


def parse_object(data: bytes) -> dict[str, object]:
    """Return the members of a JSON object. Raises: ConfigError if the data is none, or larger than anybody writes."""
    if len(data) > CONFIG_LIMIT_BYTES:
        raise ConfigError(f"is larger than {CONFIG_LIMIT_BYTES >> 20} MiB")
    from json import loads

    try:
        found = loads(data)
    except (ValueError, RecursionError):
        raise ConfigError("is not the JSON that was expected") from None
    if not isinstance(found, dict):
        raise ConfigError("holds no JSON object")
    return found


def parse_context(data: bytes) -> str:
    """Return the address of a context.

    Format: {"Name": "x", "Metadata": {}, "Endpoints": {"docker": {"Host": "ssh://u@h", "SkipTLSVerify": false}}}
    Raises: ConfigError.
    """
    endpoints = parse_object(data).get("Endpoints")
    docker = endpoints.get("docker") if isinstance(endpoints, dict) else None
    address = docker.get("Host") if isinstance(docker, dict) else None
    if not isinstance(address, str) or not address.strip():
        raise ConfigError("names no endpoint for docker")
    return address.strip()


def short(host: Host, path: str) -> str:
    """Return a path with ~ for the home directory."""
    own = home(host)
    return f"~{path[len(own) :]}" if own and path.startswith(f"{own}/") else path
