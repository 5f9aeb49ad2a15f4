#!/usr/bin/env python3
"""make_vocabulary.py CATALOGUE - prints the vocabulary of a wire version from a catalogue.

Run once for each wire version; what it printed is frozen (schemas/wire/<version>/vocabulary.json):
a changed byte there is a new version. It takes field names, services, fees, closed and open
choices, and the Portuguese names and summaries of services: nothing of any person or place.
"""
import json
import sys

cat = json.load(open(sys.argv[1], encoding="utf-8"))
fields = list(cat["fields"])
out = {
    "fields": fields,
    "services": [[s["code"], s["fee_cents"], [fields.index(f["name"]) for f in s["fields"]]] for s in cat["services"]],
    "choices": {n: [c["value"] for c in f["choices"]] for n, f in cat["fields"].items() if "choices" in f},
    "texts": [s["summary"]["pt"] for s in cat["services"]],
}
print(json.dumps(out, ensure_ascii=False, separators=(",", ":")))
