"""Work that a process of its own does: it is sent one order, and says how far it is."""
