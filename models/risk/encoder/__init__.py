"""The risk encoder: a small transformer that reads what the n-gram model is unsure of."""
