"""The builder that `docker buildx build`, and `docker build` of newer clients, would use.

Source: docker/buildx store/store.go (Current), builder/builder.go, as of 0.20.
"""

from collections.abc import Iterator

from qemudoctor.facts.endpoints import CONFIG_LIMIT_BYTES, ConfigError, parse_object, split
from qemudoctor.facts.engines import (
    Engine,
    EngineState,
    RegistryUsed,
    Role,
    Where,
    capped,
    client_folder,
    text_of,
    there,
    variable,
)
from qemudoctor.facts.processes import search
from qemudoctor.host.door import CouldNotLook, Host, NotThere

_NAME_LIMIT = 128
_FOREIGN = ("kubernetes", "cloud")
"""Drivers whose builds run on machines that are not this one."""


def read_builders(host: Host, engine: Engine) -> Iterator[Engine]:
    """Yield the builder that is chosen instead of the one inside the engine, if there is one."""
    folder = variable(host, "BUILDX_CONFIG") or f"{client_folder(host) or ''}/buildx"
    if not folder.startswith("/") or folder == "/buildx":
        return
    name, source = _chosen(host, folder, engine)
    if name is None or name == "default" or "/" in name or name.startswith("."):
        return
    path = f"{folder}/instances/{name[:_NAME_LIMIT]}"
    try:
        group = parse_object(host.read(path, limit=CONFIG_LIMIT_BYTES + 1))
    except NotThere:
        return  # a context of that name: the builder inside that engine
    except (CouldNotLook, ConfigError) as error:
        reason = error.reason if isinstance(error, CouldNotLook) else str(error)
        yield _builder(name, source, "")._replace(reason=f"{path}: {reason}")
        return
    driver = capped(group.get("Driver")) or ""
    address = _address(group)
    found = _builder(name, source, driver)._replace(endpoint=address, evidence=((path, f'"Driver": "{driver}"'),))
    yield _placed(host, found, driver, address, engine)


def _builder(name: str, source: str | None, driver: str) -> Engine:
    return Engine(
        f"buildx builder {capped(name[:_NAME_LIMIT])}",
        Role.BUILDER,
        EngineState.NOT_ASKED,
        Where.UNKNOWN,
        RegistryUsed.UNKNOWN,
        source=source,
        product=driver or None,
    )


def _placed(host: Host, found: Engine, driver: str, address: str | None, engine: Engine) -> Engine:
    """Return a builder with where its builds run."""
    if driver in _FOREIGN:
        return found._replace(where=Where.ELSEWHERE, registry=RegistryUsed.ELSEWHERE)
    if driver == "remote":
        scheme, rest = split(address or "")
        if scheme in ("unix", "docker-container", "podman-container") or rest.startswith(
            ("localhost", "127.", "[::1]")
        ):
            return found
        return found._replace(where=Where.ELSEWHERE, registry=RegistryUsed.ELSEWHERE)
    same = address is None or address in ("default", engine.context, engine.endpoint)
    if driver == "docker-container" and same:
        found = found._replace(where=engine.where, registry=engine.registry)
        process = search(host, "buildkitd") if engine.where is Where.HERE else None
        return found if process is None else found._replace(state=EngineState.RUNNING, process=process.number)
    scheme, _ = split(address or "")
    if scheme == "ssh":
        return found._replace(where=Where.ELSEWHERE, registry=RegistryUsed.ELSEWHERE)
    return found


def _chosen(host: Host, folder: str, engine: Engine) -> tuple[str | None, str | None]:
    """Return the name of the builder in use, and who says so."""
    named = variable(host, "BUILDX_BUILDER")
    if named:
        return named, "BUILDX_BUILDER"
    path = f"{folder}/current"
    keys = {engine.context or engine.endpoint, engine.endpoint}
    try:
        current = parse_object(host.read(path, limit=CONFIG_LIMIT_BYTES + 1))
    except (NotThere, CouldNotLook, ConfigError):
        current = {}
    name = current.get("Name")
    if isinstance(name, str) and name and (current.get("Global") is True or current.get("Key") in keys):
        return name, path
    if not there(host, f"{folder}/defaults"):
        return None, None
    for key in sorted(x for x in keys if x):
        from hashlib import sha256

        path = f"{folder}/defaults/{sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:20]}"
        name = text_of(host, path, limit=_NAME_LIMIT)
        if name:
            return name, path
    return None, None


def _address(group: dict[str, object]) -> str | None:
    """Return the endpoint of the first node. Format: {"Nodes": [{"Name": "b0", "Endpoint": "default"}]}."""
    nodes = group.get("Nodes")
    first = nodes[0] if isinstance(nodes, list) and nodes else None
    return capped(first.get("Endpoint")) if isinstance(first, dict) else None
