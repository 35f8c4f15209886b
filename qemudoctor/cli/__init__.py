"""The command line: arguments in, text out, an exit status."""

import gc
import sys
from collections.abc import Sequence

INTERRUPTED_STATUS = 130
CRASHED_STATUS = 3
# What a start allocates is kept to its end; looking for garbage in it meanwhile costs a tenth of the time.
_GARBAGE_THRESHOLD = 50_000


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status. argv: the arguments behind the name of the program."""
    if argv is None:
        gc.set_threshold(_GARBAGE_THRESHOLD)
    arguments = sys.argv[1:] if argv is None else list(argv)
    try:
        from qemudoctor.cli.command import run

        return run(arguments)
    except KeyboardInterrupt:
        return INTERRUPTED_STATUS
    except MemoryError:
        sys.stderr.write("qemu-doctor: there is not enough memory for this\n")
        return CRASHED_STATUS
    except Exception as error:  # a bug of ours: 1, the interpreter's own status, means that the host has findings
        try:
            from traceback import print_exc

            print_exc()
        except Exception:  # so little is left (of open files, say) that not even this can be loaded
            sys.stderr.write(f"qemu-doctor: {type(error).__name__}: {error}\n")
        return CRASHED_STATUS
    finally:
        if argv is None:
            # An interpreter that ends looks for garbage in all that it holds, though the memory is given back anyhow:
            # for some commands that costs half as much as Python's whole start.
            gc.freeze()
