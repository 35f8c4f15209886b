"""Engines whose containers run on another kernel, or that do not answer: what is said here is not true of them."""

from tests.lab.case import Case, Place

CASES = (
    Case(
        id="engine-elsewhere",
        title="the docker client talks to another machine",
        breaks=":",
        environment={"DOCKER_HOST": "ssh://builder.invalid"},
        ends="ok",
        check="QD403",
        cause=None,
        severity="warning",
        is_explained=False,
        only_looks=("examine-there", "try-there"),
        stand_ins=("ssh",),
        places=(Place.MACHINE,),
    ),
)
