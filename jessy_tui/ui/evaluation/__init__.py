"""Tab 5: what the probes say of bases and checkpoints."""
