"""Taking a checkpoint out of the house: adapter, fused model, GGUF, Ollama."""
