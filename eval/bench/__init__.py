"""Speed, memory and start, as ratios to something that anyone can run beside them. ``python -m eval.bench``."""
