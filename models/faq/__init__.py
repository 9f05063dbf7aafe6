"""The judge of the FAQ bot's candidates: data, training, weights and card."""
