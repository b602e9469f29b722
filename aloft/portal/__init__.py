"""The customers' screens: what we agreed with them, when we meet, who is there for them, and what they tell us."""
