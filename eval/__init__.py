"""The offline harness: labelled cases run through the production flow, pure metrics, one report. ``python -m eval``."""
