"""The screens. One folder a tab; data flows one way: store or run folder -> message -> screen."""
