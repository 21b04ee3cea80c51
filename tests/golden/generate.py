"""Makes tests/golden/fixtures/*.json with real Keras: see README.md.

Usage: python tests/golden/generate.py [family ...]
"""

import json
import os
import subprocess
import sys
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ["COLUMNS"] = "80"

import keras  # noqa: E402
from cases import BACKENDS, FAMILIES  # noqa: E402

FIXTURES = Path(__file__).parent / "fixtures"


def write(family, cases):
    """One case per line, so that a changed case is one changed line."""
    names = [case["name"] for case in cases]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        sys.exit(f"{family}: cases of the same name: {sorted(twice)}")
    lines = ",\n".join(json.dumps(case, ensure_ascii=False, allow_nan=False) for case in cases)
    path = FIXTURES / f"{family}.json"
    path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    print(f"{family}: {len(cases)} cases, {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    for family in sys.argv[1:] or FAMILIES:
        backend = BACKENDS.get(family, keras.backend.backend())
        if backend == keras.backend.backend():
            write(family, [case() for case in FAMILIES[family]()])
        else:
            environment = os.environ | {"KERAS_BACKEND": backend}
            subprocess.run([sys.executable, __file__, family], env=environment, check=True)
