"""The model of the kernel against a kernel: random hosts, programs and register lines, predicted and then really run.

Only the standard library and qemudoctor.kernel are needed, so that the same code runs inside other kernels.
"""
