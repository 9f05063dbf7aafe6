"""Saying the right thing at the right time: ranking, permits, experiments. Functions without I/O."""
