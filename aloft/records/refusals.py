"""How a service says no."""

from __future__ import annotations


class Refused(ValueError):
    """Input that a service does not take; nothing was written.

    `field` names the argument, `problem` what is wrong with it, `mend` what to give instead.
    """

    def __init__(self, field: str, problem: str, mend: str) -> None:
        super().__init__(f"{field}: {problem}. {mend}")
        self.field = field
        self.problem = problem
        self.mend = mend
