"""Mutation testing of qemudoctor.kernel: one thing is changed at a time, and some test must notice it."""
