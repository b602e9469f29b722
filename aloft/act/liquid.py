"""The child process in which templates are rendered: one JSON line in, one out. It may be killed at any time.

Run as `python -m aloft.act.liquid`; only `aloft.act.rendering` starts it. It knows nothing but what it is given.
"""

from __future__ import annotations

import json
import resource
import sys
from typing import Any

MEMORY = 512 * 1024 * 1024  # bytes of address space
LARGEST = 200_000  # characters of output


def main() -> None:
    from liquid import Environment, StrictDefaultUndefined

    class Confined(Environment):
        loop_iteration_limit = 10_000
        output_stream_limit = LARGEST
        local_namespace_limit = 1_000_000
        context_depth_limit = 20

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    environment = Confined(undefined=StrictDefaultUndefined)
    sys.stdout.write("{}\n")
    sys.stdout.flush()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_answer(environment, json.loads(line))) + "\n")
        sys.stdout.flush()


def _answer(environment: Any, asked: dict[str, Any]) -> dict[str, Any]:
    from liquid.exceptions import LiquidError

    try:
        texts = [environment.from_string(text).render(**asked["values"]) for text in asked["texts"]]
    except LiquidError as error:
        return {"error": " ".join(str(error).partition("\n")[0].split())}
    except (MemoryError, RecursionError):
        return {"error": "it takes too much memory"}
    return {"texts": texts}


if __name__ == "__main__":
    main()
