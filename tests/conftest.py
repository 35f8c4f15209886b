"""Plugins of the whole suite."""

import signal

pytest_plugins = [
    "tests.support.engines_option",
    "tests.support.kernels_option",
    "tests.support.no_skip",
    "tests.support.bare_machine",
]

# What is ignored here (by nohup, say), a program that is started ignores too, and several tests send it.
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
