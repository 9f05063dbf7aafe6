"""The shapes of services that this one stands in for: requests in, our labels mapped, answers out. No I/O."""
