"""Taking in what other hands did to the files: what is kept, and what is in conflict."""
