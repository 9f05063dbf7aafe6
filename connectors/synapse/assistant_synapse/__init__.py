"""Synapse module: Community Assistant is asked before a message is sent, and told of what it need not decide."""

from assistant_synapse.module import AssistantModule

__all__ = ["AssistantModule"]
