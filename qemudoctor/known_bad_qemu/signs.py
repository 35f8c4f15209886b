"""Kinds of symptoms, targets and patterns that several rows of the table of faulty versions share."""

CRASH = (
    *("qemu-signal", "qemu-crash-sure", "emulated-crash", "build-crash", "contained-crash", "exited", "segv"),
    *("exit-132", "exit-status", "exit-status-typed", "exit-status-shown", "sigill"),
    *("compiler-crash", "toolchain-crash", "apt-method-crash"),
)
SYSCALL = (
    *("qemu-syscall", "function-missing", "function-missing-weak", "emulated-syscall", "openat2-einval", "tar-einval"),
    "refused-under-emulator",
)
OF_SYSCALLS = ("qemu-unsupported-syscall", "qemu-crash")
TARGETS_32_BIT = ("arm", "armeb", "i386", "mips", "mipsel", "ppc")

# A program as it is called, and not the word: clusters have nodes, too, and so have lists.
NODE = (
    r"\b(?:npm|pnpm|yarn|corepack|nodejs)\b|\bnode\.js\b|\bnode:\d|/node(?![\w.-])"
    r"|(?:^|[\n\"'`;&]|\brun|\bexec) ?node (?:-|[\w./@-]{1,80}\.[cm]?js\b)"
)
HANGS = r"\b(?:hang|hangs|hung|hanging|stuck|timed? ?out|deadlocked|no output)\b"
TAR_OR_OPENAT2 = r"\btar: [^\n]{0,200}: cannot (?:open|mkdir): |\bopenat2\b"
