"""The engines of a host: whole in JSON, and in text a line for each that is not simply there."""

from typing import Any

from qemudoctor.facts import Facts, Unavailable
from qemudoctor.facts.engines import Engine, EngineState, RegistryUsed, Role, Where
from qemudoctor.report import description
from qemudoctor.report.terminal import cut, wrap

_MEANS = {
    RegistryUsed.HOST: "its programs use the entries of this kernel's registry, whatever can be seen of it inside",
    RegistryUsed.NEAREST: "its programs use the registry of the nearest user namespace that ever mounted binfmt_misc,"
    " which is this host's unless somebody did so inside",
    RegistryUsed.OWN: "its programs use a registry of its own, and no entry of this host",
    RegistryUsed.ELSEWHERE: "its programs run on another kernel, of which this report says nothing",
    RegistryUsed.UNKNOWN: "whose entries its programs use is not known",
}
_NODES = (
    ("WSL2", "all distributions of WSL2 share one kernel and one registry, which is lost by `wsl --shutdown`"),
    ("GitHub", "a job's containers use the entries of the runner's kernel; a hosted runner lasts for one job only"),
    ("GitLab", "a job's containers use the entries of the runner's kernel; each job finds what others have registered"),
    ("kubernetes", "pods use the entries of their node, and what one privileged pod registers holds for all"),
)
"""What a surrounding means, by the start of its name."""
_TOLD = (EngineState.SUSPENDED, EngineState.SILENT, EngineState.IDLE)
_TOLD_IF_CHOSEN = (EngineState.DOWN, EngineState.ABSENT, EngineState.FORBIDDEN)
_PLACES_MAX = 64


def engines_document(facts: Facts) -> list[dict[str, Any]] | None:
    """Return the engines as JSON has them, None if they could not be looked at."""
    engines = description.known(lambda: facts.containers.engines)
    return None if engines is None else [_engine(facts, x) for x in engines]


def _engine(facts: Facts, engine: Engine) -> dict[str, Any]:
    return {
        "name": engine.name,
        "role": engine.role.value,
        "state": engine.state.value,
        "where": engine.where.value,
        "registry": engine.registry.value,
        "means": _means(engine),
        "endpoint": engine.endpoint,
        "chosen_by": engine.source,
        "context": engine.context,
        "reason": engine.reason,
        "product": engine.product,
        "version": engine.version,
        "kernel": engine.kernel,
        "architecture": engine.architecture,
        "os": engine.system,
        "storage": engine.storage,
        "rootless": engine.is_rootless,
        "options": list(engine.options),
        "builds": _builds(facts, engine),
    }


def _means(engine: Engine) -> str:
    if engine.role is Role.NODE:
        return next((x for name, x in _NODES if engine.name.startswith(name)), _MEANS[engine.registry])
    return _MEANS[engine.registry]


def _builds(facts: Facts, engine: Engine) -> list[dict[str, Any]]:
    """Return what a build by BuildKit uses for each platform in question."""
    if engine.state is not EngineState.RUNNING or engine.role is Role.NODE:
        return []
    from qemudoctor.facts.buildkit import choose, has_buildkit

    if not has_buildkit(engine):
        return []
    try:
        platforms = facts.judged[:_PLACES_MAX]
    except Unavailable:
        return []
    chosen = [(x, choose(facts, engine, x)) for x in platforms]
    return [{"platform": x.name, "uses": y.uses.value, "bundled": y.emulator} for x, y in chosen]


def render_engines(facts: Facts, *, verbose: bool) -> list[str]:
    """Return a line for each engine that a reader has to know of; verbose: for each."""
    engines = description.known(lambda: facts.containers.engines) or ()
    lines: list[str] = []
    for engine in engines:
        if verbose or _matters(engine):
            lines += wrap(_line(engine), hanging="  ")
    return lines


def _matters(engine: Engine) -> bool:
    if engine.where is Where.ELSEWHERE or engine.registry is RegistryUsed.OWN or engine.state in _TOLD:
        return True
    return engine.is_chosen and (engine.state in _TOLD_IF_CHOSEN or engine.where is Where.UNKNOWN)


def _line(engine: Engine) -> str:
    version = f" {cut(engine.version, 40)}" if engine.version else ""
    where = f" at {cut(engine.endpoint, 80)}" if engine.endpoint else ""
    chosen = f" (by {cut(engine.source, 60)})" if engine.source else ""
    rootless = ", rootless" if engine.is_rootless else ""
    named = f"{cut(engine.name, 60)}{version}{where}{chosen}: {engine.state.value}{rootless}"
    if engine.where is Where.HERE and engine.registry is not RegistryUsed.OWN and engine.state in _TOLD:
        return f"{named}: {cut(engine.reason or '', 200)}"
    return f"{named}; {_means(engine)}"
