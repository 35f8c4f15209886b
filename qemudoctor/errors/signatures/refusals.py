"""The clock that is refused: programs of newer images on a host whose libseccomp does not know the 64-bit calls."""

from qemudoctor.errors.signatures.signature import Signature

ROWS: tuple[Signature, ...] = (
    Signature(
        "clock-refused",
        "seccomp",
        "other",
        ("time", "clock", "jan "),
        r"unable to get time of day: operation not permitted|_TIME_adj:error getting time"
        r"|no monotonic clock was available|\bJan {1,2}0 00:100:\d"
        r"|\b(?:clock_gettime|gettimeofday|clock_nanosleep|clock_getres)\b[^\n]{0,40}operation not permitted"
        r"|(?:get|read|obtain|determine)\w{0,4} (?:the )?(?:current |system )?(?:time|clock)\b[^\n]{0,30}"
        r"operation not permitted",
        errno="EPERM",
        source="date of musl; sudo; OpenSSL crypto/asn1; OpenJDK os_posix.cpp; Ruby process.c: clock_gettime64 "
        "answered with EPERM",
    ),
    Signature(
        "node-unreachable",
        "clock-or-emulator",
        "node",
        ("unreachable code", "fatal error in , line 0"),
        r"^# ?unreachable code$|fatal error in , line 0",
        errno=None,
        source="V8 src/base/platform/time.cc: the clock could not be read",
    ),
)
