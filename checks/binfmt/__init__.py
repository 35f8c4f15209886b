"""QD2xx: binfmt_misc, its switches and its entries."""
