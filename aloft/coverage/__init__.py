"""What it costs to serve customers, and whom there is to do it."""
