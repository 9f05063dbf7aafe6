"""The shipped risk classifier: data, training, weights and card."""
