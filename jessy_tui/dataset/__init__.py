"""The dataset: examples and their labels, the files they live in, checks, figures and splits."""
