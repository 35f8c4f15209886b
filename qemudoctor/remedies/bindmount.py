"""Handing the emulator to each container, at the very path that the entry names: for kernels without F."""

from collections.abc import Iterator
from itertools import islice
from shlex import quote

from qemudoctor.facts import Facts, Unavailable
from qemudoctor.kernel.entry import Entry
from qemudoctor.kernel.features import Feature
from qemudoctor.platforms import Platform
from qemudoctor.remedies.emulators import (
    MULTIARCH,
    MULTIARCH_EMULATORS,
    MULTIARCH_HOST,
    Supply,
    emulator_name,
    is_sibling,
    runner,
    supply,
)
from qemudoctor.remedies.register import fresh_line
from qemudoctor.remedies.remedy import Effect, Remedy
from qemudoctor.remedies.shell import as_root, register

_RUN = ("docker", "podman", "nerdctl")
_BUILD_WITH_MOUNT = ("podman", "buildah")
_UNQUOTED = frozenset(":,")
_IMAGE = (
    "IMAGE stands for your image (one for several architectures needs --platform as well); `uname -m` in it then prints"
    " the foreign architecture"
)


def bind_mounts(facts: Facts, platform: Platform, entry: Entry) -> Iterator[Remedy]:
    """Yield, for each engine of this host, how a container or a build gets the emulator that the entry looks up.

    Nothing is yielded where no static emulator is to be had, or where its path cannot be written as a mount.
    """
    source = supply(facts, platform.architecture, entry)
    if source is None or not entry.interpreter.startswith("/") or _UNQUOTED & set(source.path + entry.interpreter):
        return
    effect = Effect(installs=source.installs, container_files=((entry.interpreter, source.path),))
    forms = _for_engines(facts, source, entry.interpreter, effect)
    if facts.kernel.supports(Feature.FIX_BINARY):
        yield from islice(forms, 1)  # where F is to be had, this is a stopgap: one form is enough
        return
    for number, form in enumerate(forms):
        yield form._replace(note=f"{form.note}. {_lasting(facts)}") if number == 0 else form


def register_and_bind(facts: Facts, platform: Platform) -> Iterator[Remedy]:
    """Yield what works where F is refused and no entry exists: one without F, and the emulator in each container.

    With an entry, the next examination prints the other ways of handing the emulator over.
    """
    source, architecture = supply(facts, platform.architecture), platform.architecture
    if source is None or facts.kernel.supports(Feature.FIX_BINARY) or _UNQUOTED & set(source.path):
        return
    line = fresh_line(facts, architecture, source.path)
    yield from _registered(facts, source, source.path, line, register(facts, line), "register-and-bind-mount")
    engine, inside = runner(facts), f"/usr/bin/qemu-{emulator_name(architecture)}-static"
    known = emulator_name(architecture) in MULTIARCH_EMULATORS and not is_sibling(facts, architecture)
    if engine is not None and facts.machine.name == MULTIARCH_HOST and known:
        command = f"{engine} run --privileged --rm {MULTIARCH}:register --reset"
        command = command if engine == "docker" else as_root(facts, command)
        line = fresh_line(facts, architecture, inside)
        yield from _registered(facts, source, inside, line, command, "multiarch-register-and-bind-mount")


def _registered(facts: Facts, source: Supply, inside: str, line: bytes, command: str, id: str) -> Iterator[Remedy]:
    name = line[1:].split(line[:1], 1)[0].decode()
    effect = Effect(
        installs=source.installs, remove=(name,), register=(line,), container_files=((inside, source.path),)
    )
    forms = tuple(_for_engines(facts, source, inside, effect))
    for form in forms[:1]:
        image = " with the image " + MULTIARCH + ":register" if MULTIARCH in command else ""
        yield form._replace(
            id=id,
            title=f"Register without F, which this kernel accepts,{image} and hand the emulator to each container",
            commands=(*source.commands, command, *form.commands[len(source.commands) :]),
            root=True,
            persistent=False,
            risk=_RESET if image else None,
            note=f"{form.note}. {_lasting(facts)}",
            leaves="; ".join(x for x in ("the entry, until the next reboot", form.leaves) if x),
        )


def _lasting(facts: Facts) -> str:
    """Return where F is to be had in the end."""
    if facts.kernel.vendor == "el7":
        return "The lasting cure is a kernel from 4.8 on: this one never gets F by an update"
    return f"The lasting cure is a kernel from 4.8 on; {_newer_kernel(facts)}"


def _newer_kernel(facts: Facts) -> str:
    try:
        distribution = facts.distribution
    except Unavailable:
        return "look for a newer one of this distribution"
    if (distribution.id, distribution.version) == ("ubuntu", "16.04"):
        return "the package linux-generic-hwe-16.04 brings 4.15"
    return "look for a newer one of this distribution"


_RESET = (
    "--reset first removes every entry whose name begins with qemu-, whoever made it. Never add -p yes: this image"
    " holds no emulator, and this kernel has no F"
)


def _for_engines(facts: Facts, source: Supply, inside: str, effect: Effect) -> Iterator[Remedy]:
    try:
        engines = facts.engines
    except Unavailable:
        engines = ()
    mount = quote(f"{source.path}:{inside}:ro")
    for engine in _RUN:
        if engine in engines:
            yield _run(engine, mount, source, effect)
    for engine in _BUILD_WITH_MOUNT:
        if engine in engines:
            yield _build_with_mount(engine, mount, source, effect)
    if "docker" in engines:
        yield _compose(source, inside, effect)
        yield _copy(source, inside, effect)
    if "kubelet" in engines or "crictl" in engines:
        yield _kubernetes(source, inside, effect)


def _remedy(
    id: str, title: str, commands: tuple[str, ...], source: Supply, effect: Effect, *, note: str, leaves: str | None
) -> Remedy:
    notes = (note, source.note)
    traces = (leaves, f"{source.path}" if source.installs else None)
    return Remedy(
        id=id,
        title=title,
        commands=(*source.commands, *commands),
        root=bool(source.commands),
        persistent=None,
        leaves="; ".join(x for x in traces if x) or None,
        note=". ".join(x for x in notes if x),
        effect=effect,
    )


def _run(engine: str, mount: str, source: Supply, effect: Effect) -> Remedy:
    return _remedy(
        f"bind-mount-{engine}-run",
        f"Hand the emulator to one container ({engine} run)",
        (f"{engine} run --rm -v {mount} IMAGE uname -m",),
        source,
        effect,
        note=f"{_IMAGE}. Every container needs the option -v; the image stays as it is",
        leaves=None,
    )


def _build_with_mount(engine: str, mount: str, source: Supply, effect: Effect) -> Remedy:
    return _remedy(
        f"bind-mount-{engine}-build",
        f"Hand the emulator to the RUN lines of a build ({engine} build)",
        (f"{engine} build -v {mount} -t NAME .",),
        source,
        effect,
        note="NAME stands for the image that is built. The emulator does not become part of it",
        leaves=None,
    )


def _compose(source: Supply, inside: str, effect: Effect) -> Remedy:
    snippet = f"services:\n  SERVICE:\n    volumes:\n      - {_yaml(f'{source.path}:{inside}:ro')}"
    return _remedy(
        "bind-mount-compose",
        "Hand the emulator to a service (docker compose)",
        (f"cat > compose.emulator.yaml <<'END'\n{snippet}\nEND", _COMPOSE_UP),
        source,
        effect,
        note="SERVICE stands for the name of your service, in a folder with a compose.yaml",
        leaves="compose.emulator.yaml in the current folder",
    )


_COMPOSE_UP = "docker compose -f compose.yaml -f compose.emulator.yaml up"


def _copy(source: Supply, inside: str, effect: Effect) -> Remedy:
    """Return how `docker build`, which has no -v, gets the emulator: it becomes part of the base image."""
    dockerfile = f"FROM IMAGE\nCOPY [{_json('qemu')}, {_json(inside)}]"
    return _remedy(
        "copy-into-image",
        "Put the emulator into the base image, for docker build, which has no -v",
        (
            "mkdir -p base-with-emulator",
            f"cp {quote(source.path)} base-with-emulator/qemu",
            f"cat > base-with-emulator/Dockerfile <<'END'\n{dockerfile}\nEND",
            "docker build -t IMAGE-with-emulator base-with-emulator",
        ),
        source,
        effect,
        note="IMAGE stands for the base image. Write FROM IMAGE-with-emulator in your own Dockerfile: the emulator has"
        " to be there before the first RUN. COPY itself needs no emulation",
        leaves="the folder base-with-emulator, and the emulator in every image built on that base",
    )


def _kubernetes(source: Supply, inside: str, effect: Effect) -> Remedy:
    patch = (
        '{"spec":{"template":{"spec":{"containers":[{"name":"CONTAINER","volumeMounts":'
        f'[{{"name":"emulator","mountPath":{_json(inside)},"readOnly":true}}]}}],"volumes":'
        f'[{{"name":"emulator","hostPath":{{"path":{_json(source.path)},"type":"File"}}}}]}}}}}}}}'
    )
    return _remedy(
        "bind-mount-kubernetes",
        "Hand the emulator to the pods of a deployment (Kubernetes hostPath)",
        (f"kubectl patch deployment NAME --patch {quote(patch)}",),
        source,
        effect,
        note="NAME and CONTAINER stand for your deployment and its container. The emulator and the entry have to be on"
        " every node that may run the pods",
        leaves="the volume in the deployment",
    )


def _json(text: str) -> str:
    from json import dumps

    return dumps(text)


def _yaml(text: str) -> str:
    """Return a text as a YAML scalar: a JSON string is one."""
    return _json(text)
