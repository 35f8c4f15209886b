"""The model against other real kernels, in virtual machines and as user-mode Linux."""
