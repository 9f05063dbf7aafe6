"""The shipped embedder: data, training, weights and card."""
