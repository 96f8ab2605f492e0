"""The driver's side of the conformance kit: one JSON object a line in, one out (src/kit/kit.h says which).

    kit_driver.serve({"begin": lambda ask: {"config": {...}}, "post": lambda ask: {"ids": [...]}, ...})

A function that raises kit_driver.Cannot("why"), or one that is missing, is answered with {"ok": false, "why": ...}.
"""
import json
import sys


class Cannot(Exception):
    pass


def serve(deeds):
    for line in sys.stdin:
        ask = json.loads(line)
        deed = deeds.get(ask["do"])
        try:
            if not deed and ask["do"] not in ("begin", "end"):
                raise Cannot("this driver has no such deed")
            answer = {"ok": True, **((deed(ask) if deed else None) or {})}
        except Cannot as why:
            answer = {"ok": False, "why": str(why)}
        print(json.dumps(answer), flush=True)
