"""The risk encoder: a small bilingual transformer that reads what the n-gram model is unsure of."""
