"""What can be done about a finding: commands for this host, least invasive first, proven on the kernel model."""
