"""Trained artefacts, their cards and the scripts that train them."""
