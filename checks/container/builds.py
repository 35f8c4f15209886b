"""What a build or a run takes that is not told explicitly: BuildKit's own emulators, the default platform."""

from collections.abc import Iterator

from qemudoctor.check import Check, Evidence, Facts, Finding, Severity
from qemudoctor.checks.subjects import one_per_architecture
from qemudoctor.facts.engines import EngineState
from qemudoctor.platforms import PlatformError, parse_platform
from qemudoctor.remedies.remedy import Remedy

_VARIABLE = "DOCKER_DEFAULT_PLATFORM"
_MULTI_PLATFORM = "https://docs.docker.com/build/building/multi-platform/"
_BUILDKIT_SOURCE = "https://github.com/moby/buildkit/blob/master/solver/llbsolver/ops/exec_binfmt.go"

BUNDLED = """\
BuildKit has two ways to run the steps of a build for another architecture. First it executes a
tiny program of that architecture in an empty root. If that works, the kernel's entry is used, and
nothing else. If it does not, because there is no entry, or one that does not work in containers,
BuildKit looks in the PATH of its daemon for an emulator that came along with it, such as
buildkit-qemu-aarch64, and starts each step with that.

So builds can work on a host where `docker run` of the image that was built ends in "exec format
error". The emulator is another one, too: its version and its faults are those of BuildKit's
release. And a container that mixes programs of several architectures needs an entry all the same.

A daemon remembers what it tried: after a registration, `docker buildx inspect` or a restart makes
it try again.

It is harmless if images are only built here, and run elsewhere. It is information, no fault.

To see it for yourself: which -a buildkit-qemu-aarch64, with the daemon's PATH
"""

DEFAULT_PLATFORM = """\
The variable DOCKER_DEFAULT_PLATFORM names the platform for every docker run, pull, create and
build that does not say --platform. Here it names one that this kernel does not run by itself, so
images of that platform are pulled even where there is one for this machine, and all of them run
by emulation, slowly; or they do not run at all, and end in "exec format error".

It is often left behind from a machine of another architecture, or from one single build.

It is harmless if just that is wanted.

To see it for yourself: echo "$DOCKER_DEFAULT_PLATFORM"; docker version --format '{{.Server.Arch}}'
"""


def find_bundled(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each platform that builds run and the kernel does not."""
    engines = [x for x in facts.containers.engines if x.state is EngineState.RUNNING]
    if not engines:
        return
    from qemudoctor.facts.buildkit import Uses, choose, has_buildkit

    for engine in engines:
        if not has_buildkit(engine):
            continue
        for platform in one_per_architecture(facts):
            choice = choose(facts, engine, platform)
            if choice.uses is not Uses.BUNDLED or choice.emulator is None:
                continue
            yield Finding(
                subject=engine.name,
                message=f"{engine.name}: builds for {platform.name} use {choice.emulator}, which came with BuildKit,"
                " while the kernel runs no such programs in containers",
                platform=platform.name,
                evidence=(Evidence(choice.emulator, "is an executable file"), Evidence("looked for in", choice.source)),
            )


def find_default_platform(facts: Facts) -> Iterator[Finding]:
    """Yield a finding if the default platform of the Docker client is not this kernel's own."""
    text = facts.containers.default_platform
    if not text:
        return
    try:
        platform = parse_platform(text.strip())
    except PlatformError:
        return
    if facts.is_native(platform):
        return
    fails = facts.containers.runs(platform) is False
    effect = "ends with an error" if fails else "is emulated"
    yield Finding(
        subject=_VARIABLE,
        message=f"{_VARIABLE}: names {platform.name}, which is not native to this host, so every docker run and build"
        f" without --platform {effect}",
        platform=platform.name,
        severity=Severity.WARNING if fails else None,
        evidence=(Evidence("environment", f"{_VARIABLE}={text}"),),
        remedies=(
            Remedy(
                "unset-default-platform",
                "Use the platform of the engine",
                (f"unset {_VARIABLE}",),
                root=False,
                persistent=False,
                note="Where the variable is set for every shell, remove it there",
            ),
        ),
    )


CHECKS = (
    Check(
        id="QD408",
        slug="build-uses-bundled-emulator",
        title="Builds use an emulator of BuildKit, containers have none",
        severity=Severity.INFO,
        family="container",
        run=find_bundled,
        explanation=BUNDLED,
        references=(_BUILDKIT_SOURCE, _MULTI_PLATFORM, "https://github.com/moby/buildkit/issues/2329"),
    ),
    Check(
        id="QD409",
        slug="default-platform-foreign",
        title="The Docker client asks for a foreign platform by default",
        severity=Severity.INFO,
        family="container",
        run=find_default_platform,
        explanation=DEFAULT_PLATFORM,
        references=("https://docs.docker.com/reference/cli/docker/#environment-variables", _MULTI_PLATFORM),
    ),
)
