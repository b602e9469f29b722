"""The demo's company: customers, their usage and a team at work, and the engine that decides between them."""
