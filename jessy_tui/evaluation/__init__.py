"""Has a model learned when to think? Probes asked, answers kept, scores computed from them."""
