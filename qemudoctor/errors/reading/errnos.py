"""Errno names by the words of strerror(3), which Go, musl and the engines spell alike but for the capitals."""

# Source: glibc and musl strerror; Go's zerrors_linux_*.go has the glibc words in lower case.
BY_TEXT: dict[str, str] = {
    "exec format error": "ENOEXEC",
    "no such file or directory": "ENOENT",
    "permission denied": "EACCES",
    "operation not permitted": "EPERM",
    "not permitted": "EPERM",
    "too many levels of symbolic links": "ELOOP",
    "symbolic link loop": "ELOOP",
    "accessing a corrupted shared library": "ELIBBAD",
    "invalid argument": "EINVAL",
    "file exists": "EEXIST",
    "function not implemented": "ENOSYS",
    "no such device": "ENODEV",
    "value too large for defined data type": "EOVERFLOW",
    "value too large for data type": "EOVERFLOW",
    "bad cpu type in executable": "EBADARCH",
    "read-only file system": "EROFS",
    "input/output error": "EIO",
    "i/o error": "EIO",
    "text file busy": "ETXTBSY",
    "nonexistent directory": "ENOENT",
    "directory nonexistent": "ENOENT",
}

IN_WORDS: dict[str, str] = {
    "ENOEXEC": "exec format error: no handler of the kernel recognised the file",
    "ENOENT": "no such file or directory: the program, its #! interpreter, its loader or its emulator was not found",
    "EACCES": "permission denied: something on the way to the program may not be executed",
    "EPERM": "operation not permitted",
    "ELOOP": "too many levels: the interpreters lead in a circle, or symbolic links do",
    "ELIBBAD": "a library, or an interpreter, has a damaged or foreign ELF header",
    "EINVAL": "invalid argument",
    "EEXIST": "an entry of that name exists already",
    "ENOSYS": "function not implemented: a system call that whoever runs the program does not know",
    "ENODEV": "no such device: the kernel does not know that file system",
    "EOVERFLOW": "a value does not fit into the 32 bits of the guest",
    "EBADARCH": "bad CPU type: a program for another architecture (macOS)",
    "EROFS": "read-only file system",
    "EIO": "input/output error",
}

SIGNALS: dict[int, str] = {
    4: "SIGILL",
    5: "SIGTRAP",
    6: "SIGABRT",
    7: "SIGBUS",
    8: "SIGFPE",
    9: "SIGKILL",
    11: "SIGSEGV",
    31: "SIGSYS",
}
SIGNAL_WORDS: dict[str, str] = {
    "illegal instruction": "SIGILL",
    "segmentation fault": "SIGSEGV",
    "trace/breakpoint trap": "SIGTRAP",
    "bad system call": "SIGSYS",
    "aborted": "SIGABRT",
    "bus error": "SIGBUS",
}
