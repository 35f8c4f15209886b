"""Plugins of the whole suite."""

pytest_plugins = ["tests.support.engines_option", "tests.support.kernels_option", "tests.support.no_skip"]
