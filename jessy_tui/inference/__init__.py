"""Talking to a model: a worker process that holds it, a client, and the thinking loop over both."""
