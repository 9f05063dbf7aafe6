"""Items, recommendations, campaigns, experiments: what the push domain needs around it."""
