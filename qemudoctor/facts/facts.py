"""Everything that is known of a host, read lazily, each thing once."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from qemudoctor.facts.distribution import Distribution, read_distribution
from qemudoctor.facts.emulators import Emulator, read_emulator
from qemudoctor.facts.fact import Fact, Unavailable
from qemudoctor.facts.mounts import MOUNT_POINT, Mount, MountState, read_mount, require_readable
from qemudoctor.facts.question import Prober, Question
from qemudoctor.facts.registry import RegistryFacts, covered_platforms, read_registry, replay
from qemudoctor.facts.sandbox import Sandbox, read_sandbox
from qemudoctor.host.door import CouldNotLook, Host, HostError, NotThere, Uname
from qemudoctor.host.observation import Observation, Observed
from qemudoctor.host.trees import RememberedTree
from qemudoctor.kernel.entry import Entry
from qemudoctor.kernel.machine import Machine, UnknownMachine
from qemudoctor.kernel.registry import Registry
from qemudoctor.kernel.release import KernelRelease, KernelReleaseError
from qemudoctor.kernel.tree import Tree
from qemudoctor.platforms import ARCHITECTURES, OCI_PLATFORMS, PLATFORMS, Architecture, Platform

if TYPE_CHECKING:  # only needed where something is wrong
    from qemudoctor.facts.behaviour import Behaviour
    from qemudoctor.facts.boot import BootFacts
    from qemudoctor.facts.containers import ContainerFacts
    from qemudoctor.facts.kernelconfig import Binfmt, KernelConfig
    from qemudoctor.facts.persistent import AtBoot, PersistentLine
    from qemudoctor.facts.pinned import PinnedEmulator
    from qemudoctor.facts.prediction import Prediction
    from qemudoctor.facts.settings import SettingFacts

ENGINES = ("docker", "podman", "buildah", "nerdctl", "buildctl", "ctr", "crictl", "kubelet")

_LASTING = frozenset("uname kernel machine config binfmt distribution sandbox has_systemd engines containers".split())  # noqa: SIM905  # words
"""Facts that stay true whatever is installed and registered."""


class Facts:
    """One host under one question. Every property may raise Unavailable; nothing is read twice."""

    def __init__(self, host: Host, question: Question | None = None, *, prober: Prober | None = None) -> None:
        self.host = host
        self.question = question or Question()
        self._prober = prober
        self._emulators: dict[str, Emulator | Unavailable] = {}
        self._resolved: dict[str, Emulator] = {}
        self._predictions: dict[str, Prediction | Unavailable] = {}
        self.worked_out: dict[str, object] = {}
        """What follows from the facts and several checks need; each fills in and takes out its own."""

    def after(self, host: Host, registry: RegistryFacts) -> "Facts":
        """Return the facts once this host has changed to `host`, and its registry holds what is given.

        What no remedy changes is not read again; nothing is executed.
        """
        then = Facts(host, self.question)
        known = {x: value for x, value in self.__dict__.get("_known", {}).items() if x in _LASTING}
        known |= {"registry": registry, "mount": self.mount._replace(state=MountState.MOUNTED)}
        if host is self.host:  # no file of it has changed
            known |= {"tree": self.tree, "boot": self.boot.beside(then)}
            then._emulators, then._resolved = self._emulators, self._resolved
        then.__dict__["_known"] = known
        return then

    @Fact
    def tree(self) -> Tree:
        """The root directory for the kernel model: nothing is looked up in it twice."""
        return RememberedTree(self.host.tree())

    @Fact
    def uname(self) -> Uname:
        """What uname(2) tells."""
        try:
            return self.host.uname()
        except HostError as error:
            raise Unavailable(f"the kernel of this host is not known: {error.reason}") from error

    @Fact
    def kernel(self) -> KernelRelease:
        """The kernel release in question."""
        if self.question.kernel is not None:
            return self.question.kernel
        try:
            return KernelRelease.parse(self.uname.release, build=self.uname.version)
        except KernelReleaseError as error:
            raise Unavailable(str(error)) from error

    @Fact
    def machine(self) -> Machine:
        """The architecture of the kernel, with every 32-bit loader that such a kernel can have."""
        try:
            return Machine.named(self._machine_name())
        except UnknownMachine as error:
            raise Unavailable(str(error)) from error

    def machine_for(self, architecture: Architecture) -> Machine:
        """Return the machine for a question about an architecture. Raises: Unavailable.

        Where a loader decides that needs a kernel option, the configuration is asked whether it is there.
        """
        loader = architecture.native_loader(self.machine, self.kernel)
        option = None if loader is None else loader.option
        if option is None or not option.startswith("CONFIG_") or self.question.kernel is not None:
            return self.machine
        try:
            has_option = self.config.value(option) == "y"
        except Unavailable:
            return self.machine
        return self.machine if has_option else self.machine.without(option)

    def _machine_name(self) -> str:
        """Return `uname -m`; of a root without a running kernel, the architecture of its own shell."""
        try:
            return self.uname.machine
        except Unavailable:
            shell = self.emulator("/bin/sh")
            for architecture in ARCHITECTURES:
                if (shell.e_machine, shell.bits, shell.order) == (
                    architecture.e_machine,
                    architecture.bits,
                    architecture.order,
                ):
                    return architecture.uname[0] if architecture.uname else architecture.qemu_target
            raise

    @Fact
    def config(self) -> "KernelConfig":
        """The configuration of the running kernel."""
        from qemudoctor.facts.kernelconfig import read_config

        return read_config(self.host, self.uname.release)

    @Fact
    def binfmt(self) -> "Binfmt":
        """Whether the running kernel has binfmt_misc."""
        from qemudoctor.facts.kernelconfig import read_binfmt

        return read_binfmt(self.host, self.uname.release)

    @Fact
    def mount(self) -> Mount:
        """What lies at /proc/sys/fs/binfmt_misc."""
        return read_mount(self.host)

    @Fact
    def registry(self) -> RegistryFacts:
        """The registry in question, newest entry first."""
        if self.question.registry is not None:
            return replay(self.question.registry, kernel=self.kernel, tree=self.tree)
        require_readable(self.mount)
        real = read_registry(self.host, self.tree)
        if self.question.kernel is None:
            return real
        lines = tuple((f"entry {x.name} of this host", x.to_register()) for x in reversed(real.entries))
        held = frozenset(x.name for x in real.entries if "F" in x.flags and x.pinned is None)
        then = replay(lines, kernel=self.kernel, tree=self.tree, held=held)
        off = frozenset(x.name for x in real.entries if not x.enabled)
        entries = tuple(x._replace(enabled=x.name not in off) for x in then.entries)
        return then._replace(registry=Registry(entries, real.registry.enabled), damaged=real.damaged)

    @Fact
    def distribution(self) -> Distribution:
        """The distribution, by os-release."""
        return read_distribution(self.host)

    @Fact
    def sandbox(self) -> Sandbox | None:
        """The container or user namespace that whoever looks is in."""
        return read_sandbox(self.host)

    @property
    def persistent(self) -> "tuple[PersistentLine, ...]":
        """The register lines that a boot writes: those of binfmt.d in their order, then those of update-binfmts."""
        return self.boot.persistent

    @property
    def at_boot(self) -> "AtBoot":
        """What the kernel in question makes of the lines that a boot writes."""
        return self.boot.registry

    @Fact
    def boot(self) -> "BootFacts":
        """What a boot of this host registers, and who does it."""
        from qemudoctor.facts.boot import BootFacts

        return BootFacts(self)

    @Fact
    def settings(self) -> "SettingFacts":
        """What is set on this host around the registry: variables, kernel settings, the automount."""
        from qemudoctor.facts.settings import SettingFacts

        return SettingFacts(self)

    @Fact
    def has_systemd(self) -> bool:
        """Whether systemd runs here; in a container it is not known of the host around it."""
        from qemudoctor.facts.persistent import is_booted_by_systemd

        if self.sandbox is not None and not is_booted_by_systemd(self.host):
            raise Unavailable("a container does not show whether its host runs systemd")
        return is_booted_by_systemd(self.host)

    @Fact
    def engines(self) -> tuple[str, ...]:
        """The container engines that are installed, by the names of their commands."""
        try:
            return tuple(name for name in ENGINES if self.host.which(name) is not None)
        except HostError as error:
            raise Unavailable(error.reason) from error

    @Fact
    def containers(self) -> "ContainerFacts":
        """The container engines of this host, and what their clients are told."""
        from qemudoctor.facts.containers import ContainerFacts

        return ContainerFacts(self)

    def emulator(self, path: str) -> Emulator:
        """Return what lies at an interpreter's path now. Raises: Unavailable."""
        if path not in self._emulators:
            try:
                emulator = read_emulator(self.host, path, self._resolved, tree=self.tree)
                self._emulators[path] = emulator
                self._resolved[emulator.resolved or ""] = emulator
            except (CouldNotLook, NotThere) as error:
                self._emulators[path] = Unavailable(f"{error.path}: {error.reason}")
        found = self._emulators[path]
        if isinstance(found, Unavailable):
            raise Unavailable(found.reason)
        return found

    def is_musl(self, emulator: Emulator) -> bool | None:
        """Return whether an emulator was built with musl; None if that cannot be looked at."""
        from qemudoctor.facts.libraries import is_musl

        return is_musl(self.host, emulator.resolved or emulator.path)

    def libraries(self, emulator: Emulator) -> tuple[str, ...]:
        """Return the shared libraries that a dynamic emulator needs. Raises: Unavailable."""
        from qemudoctor.facts.libraries import read_libraries

        return read_libraries(self.host, emulator.resolved or emulator.path, emulator.size)

    def entry_for(self, platform: Platform) -> Entry | None:
        """Return the entry that decides over a platform's programs, a disabled one if there is no other.

        Raises: Unavailable.
        """
        sample = platform.architecture.sample()
        registry = self.registry.registry
        matching = [x for x in registry.entries if x.matches(sample, "")]
        enabled = [x for x in matching if x.enabled]
        return next(iter(enabled or matching), None)

    def is_native(self, platform: Platform) -> bool:
        """Return whether this kernel runs a platform's programs itself. Raises: Unavailable."""
        architecture = platform.architecture
        return architecture.native_loader(self.machine_for(architecture), self.kernel) is not None

    def prediction(self, platform: Platform) -> "Prediction":
        """Return what the model says of a platform's programs. Raises: Unavailable if it lacks a fact."""
        target = platform.architecture.qemu_target
        if target not in self._predictions:
            try:
                self._predictions[target] = self._predict(platform)
            except Unavailable as error:
                self._predictions[target] = error
        found = self._predictions[target]
        if isinstance(found, Unavailable):
            raise Unavailable(found.reason)
        return found

    @Fact
    def has_no_registry(self) -> bool:
        """Whether this kernel surely has no binfmt_misc: the directory is absent, and its configuration says so."""
        if self.question.registry is not None or self.mount.state is not MountState.ABSENT:
            return False
        from qemudoctor.facts.kernelconfig import BinfmtSupport

        try:
            missing = self.binfmt.support is BinfmtSupport.MISSING
        except Unavailable:
            missing = True  # a kernel that has it has the directory, whether the module is loaded or not
        if missing:
            return True
        raise Unavailable(f"{MOUNT_POINT} is not there, although this kernel has binfmt_misc ({self.binfmt.evidence})")

    def _predict(self, platform: Platform) -> "Prediction":
        machine = self.machine_for(platform.architecture)
        registry = self._registry_to_predict_with()
        from qemudoctor.facts.prediction import predict

        return predict(
            platform,
            root=self.tree,
            registry=registry,
            kernel=self.kernel,
            machine=machine,
        )

    def _registry_to_predict_with(self) -> Registry:
        """Return the registry for the model; a kernel without binfmt_misc has none, so nothing matches."""
        if self.has_no_registry:
            return Registry()
        if self.registry.damaged:
            first = self.registry.damaged[0]
            raise Unavailable(f"the entry {first.name} cannot be read: {first.reason}")
        return self.registry.registry

    @Fact
    def judged(self) -> tuple[Platform, ...]:
        """The platforms in question: the required ones; without any, those that an entry is for.

        Where the entries cannot be read, all platforms that OCI names are candidates, and those that really run
        are judged.
        """
        if self.question.require:
            return self.question.require
        try:
            entries = self.registry.entries
        except Unavailable:
            return tuple(x for x in self._foreign_oci() if self._runs(x))
        names = sorted({name for entry in entries for name in covered_platforms(entry)})
        return tuple(PLATFORMS[name] for name in names if not self._is_surely_native(PLATFORMS[name]))

    def _foreign_oci(self) -> tuple[Platform, ...]:
        return tuple(PLATFORMS[x] for x in OCI_PLATFORMS if not self._is_surely_native(PLATFORMS[x]))

    def _is_surely_native(self, platform: Platform) -> bool:
        try:
            return self.is_native(platform)
        except Unavailable:
            return False

    def _runs(self, platform: Platform) -> bool:
        return any(x.outcome == "ok" for x in self.observed(platform))

    @Fact
    def _observations(self) -> Mapping[str, Observed]:
        if self._prober is None:
            return {}
        candidates = self.question.require
        if not candidates:
            try:
                _ = self.registry
                candidates = self.judged
            except Unavailable:
                candidates = self._foreign_oci()
        architectures = {x.architecture.qemu_target: x.architecture for x in candidates}
        return self._prober(self.host, tuple(architectures.values()))

    def observed(self, platform: Platform) -> Observed:
        """Return what really executing a program of a platform answered: on the host, and in an empty root."""
        found = self._observations.get(platform.architecture.qemu_target)
        if found is not None:
            return found
        reason = "programs were not executed" if self._prober is None else "there is no test program for it"
        return Observed(Observation(None, reason), Observation(None, reason))

    def behaviour(self, platform: Platform) -> "Behaviour | None":
        """Return what a program of a platform saw of what executes it; None if none was seen to answer."""
        seen = self.observed(platform)
        written = seen.contained.written or seen.plain.written
        if not written:
            return None
        from qemudoctor.facts.behaviour import parse_behaviour

        return parse_behaviour(written, platform.architecture)

    def pinned_emulator(self, entry: Entry) -> "PinnedEmulator | None":
        """Return the emulator that an entry keeps open; None of one without F. Raises: Unavailable."""
        if "F" not in entry.flags:
            return None
        if self._prober is None:
            raise Unavailable("programs were not executed")
        from qemudoctor.facts.pinned import read_pinned

        return read_pinned(self, entry)

    @property
    def registry_state(self) -> str:
        """Return the state of the registry as reports spell it; one that is only supposed counts as mounted."""
        if self.question.registry is not None:
            return MountState.MOUNTED.value
        state = self.mount.state
        if state is MountState.MOUNTED:
            try:
                _ = self.registry
            except Unavailable:
                return MountState.UNREADABLE.value
        return state.value
