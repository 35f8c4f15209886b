"""What the model says to a case, in the terms in which the executor observes."""

from dataclasses import dataclass

from qemudoctor.kernel import (
    Credentials,
    Execution,
    Handler,
    KernelRelease,
    LookupFailed,
    Machine,
    Program,
    RegisterError,
    Registry,
    walk,
)
from qemudoctor.kernel.call import execve
from tests.live.differential.hosts import Case, CaseTree, File, to_text


@dataclass(frozen=True, slots=True)
class Observation:
    """What a kernel did with a case, or what the model says that it does."""

    writes: tuple[str, ...]
    """"ok" or an errno name for each write to the registry."""
    outcome: str
    """"ok", an errno's name, "signal:NAME"."""
    tag: int | None = None
    """Of the program that ran; None if it did not, or says nothing."""
    argv: tuple[str, ...] = ()
    binary_fd: bool = False
    argv0_flag: bool = False
    ids: tuple[int, ...] = ()
    """Effective user and group, AT_SECURE."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """The model's observation, and whether the program that it starts can be expected to speak, and how."""

    observation: Observation
    speaks: int | None
    """The word size of the program that speaks."""


def predict(case: Case, *, kernel: KernelRelease, machine: Machine) -> Prediction:
    """Return what the model says."""
    before = CaseTree.of(case.host)
    host = CaseTree.of(case.host, case.removed)
    root = host if case.root is None else CaseTree.of(case.root)
    registry, said = Registry(), []
    for write in case.writes:
        try:
            if write.name == "register":
                registry = registry.register(write.content, kernel=kernel, root=before)
            else:
                registry = registry.write(write.name, write.content)
        except RegisterError as error:
            said.append(error.errno.name)
        else:
            said.append("ok")
    credentials = Credentials(case.uid, case.gid)
    ran = execve(
        case.program,
        root=root,
        registry=registry,
        kernel=kernel,
        machine=machine,
        argv=case.argv,
        cwd=case.cwd,
        credentials=credentials,
        by_descriptor=case.by_descriptor,
    )
    if ran.outcome != "ok":
        return Prediction(Observation(tuple(said), ran.outcome), None)
    speaker = _speaker(ran, case, root, registry, credentials)
    if speaker is None or speaker.tag is None:
        return Prediction(Observation(tuple(said), "ok"), None)
    observation = Observation(
        tuple(said),
        "ok",
        speaker.tag,
        ran.argv,
        ran.binary_fd,
        ran.argv0_flag,
        (ran.euid, ran.egid, int(ran.secure)),
    )
    return Prediction(observation, speaker.bits)


def _speaker(ran: Execution, case: Case, root: CaseTree, registry: Registry, credentials: Credentials) -> File | None:
    """Return the file whose code runs first, None if that is not clear."""

    def found(path: str) -> File:
        return root.files[walk(root, path, cwd=case.cwd, credentials=credentials).path]

    file, loader, substitute = found(case.program), None, None
    for step in ran.steps:
        if step.handler is Handler.MISC:
            entry = registry.named(step.entry or "")
            assert entry is not None
            opened = _pinned(entry.pinned) if entry.pinned is not None else found(step.opens or "")
            if "L" in entry.flags:
                substitute = opened
            else:
                file = opened
        elif step.handler is Handler.SCRIPT:
            file = found(step.opens or "")
        elif step.handler is Handler.ELF and step.opens is not None:
            loader = substitute or found(step.opens)
    if loader is None:
        return file
    return loader if "mute" not in file.label else None


def _pinned(program: Program) -> File:
    assert isinstance(program.tree, CaseTree)
    return program.tree.files[program.path]


def is_well_formed(case: Case) -> bool:
    """Return whether the files of a case can be made: no file lies below another that is no directory."""
    if not set(case.removed) <= {path for path, _ in case.host}:
        return False
    for rows in (case.host, case.root or ()):
        files = CaseTree.of(rows).files
        for path in files:
            above = path.rpartition("/")[0] or "/"
            if path != "/" and files[above].kind.value != "directory":
                return False
    try:
        root = CaseTree.of(case.host if case.root is None else case.root, case.removed if case.root is None else ())
        walk(root, case.cwd)
    except LookupFailed:
        return False
    return True


__all__ = ["Observation", "Prediction", "is_well_formed", "predict", "to_text"]
