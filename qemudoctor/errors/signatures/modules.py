"""Native parts of packages: whoever loads one that was made for another platform, or for none."""

from qemudoctor.errors.signatures.signature import Signature

_ARCH = r"(?:aarch_?64|arm64|armv?\d?\w{0,3}|x86[_-]64|x64|amd64|ia32|i386|i686|ppc64le|s390x|riscv64|loong\w{0,8})"
_SYSTEM = r"(?:linux|darwin|macos|osx|win32|windows|freebsd|android)(?:musl|gnu)?"
_TOKEN = rf"\b{_SYSTEM}[-_/](?:musl[-_])?{_ARCH}\b|\b{_ARCH}[-_/]{_SYSTEM}\b"

ROWS: tuple[Signature, ...] = (
    Signature(
        "fat-file",
        "wrong-library",
        "other",
        ("missing compatible arch", "mach-o", "patible arch", "wrong architecture", "no matching architecture"),
        r"not a compatible arch|missing compatible arch|mach-o(?: file)?,? but|incompatible architecture \(have"
        r"|but wrong architecture"
        r"|no matching architecture in universal wrapper",
        source="macOS dyld",
    ),
    Signature(
        "native-part-of-another",
        "native-part",
        "other",
        ("cannot open shared object file",),
        r"(?P<program>(?<![^\s:])[^\s:]{1,300}\.node|(?<![\w./-])/[^\s:]{0,240}(?:x86_64|amd64|aarch64|arm64|i386|linux64|arm-linux-gnueabi)[^\s:]{0,60}\.so[\d.]{0,12})"
        r": cannot open shared object file",
        errno="ENOENT",
        source="glibc elf/dl-load.c open_verify: a library for another machine is passed over, and said to be missing",
    ),
    Signature(
        "native-part-missing",
        "wrong-package",
        "other",
        (
            "unsatisfiedlinkerror",
            "no native",
            "native library",
            "cannot find module",
            "cannot find native",
            "can not find",
            "could not load",
            "failed to load native",
            "dllnotfound",
            "unable to load",
            "cannot load",
            "can't find",
            "no binding",
            "no such built-in",
        ),
        rf"(?:UnsatisfiedLinkError|no native|native (?:library|binding|module)|can ?not find (?:module|native"
        rf"|node binding)|could not load"
        rf"|DllNotFound|(?:unable|failed) to load|cannot load|can't find|no binding)[^\n]{{0,200}}?"
        rf"(?:{_TOKEN})",
        source="JNI, N-API, .NET and Python loaders: the package has no part for this platform",
    ),
    Signature(
        "fetched-not-executable",
        "native-part",
        "other",
        ("program not found or is not executable",),
        rf"(?<![^\s:])(?P<program>[^\s:]{{0,300}}?{_ARCH}[^\s:]{{0,40}}): program not found or is not executable",
        errno="ENOENT",
        source="protoc: a plugin whose name is that of a platform",
    ),
    Signature(
        "wheel-for-another",
        "wrong-package",
        "python",
        ("is not a supported wheel on this platform",),
        r"(?<![\w.+-])(?P<program>[\w.+-]{1,200}\.whl) is not a supported wheel on this platform",
        source="pip",
    ),
    Signature(
        "swc-binary",
        "wrong-package",
        "node",
        ("load swc binary",),
        r"failed to load SWC binary for (?P<platform>linux/\w{2,8})",
        source="Next.js packages/next/src/build/swc",
    ),
)
