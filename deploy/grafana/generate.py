#!/usr/bin/env python3
"""Writes dashboards/*.json from source/*.py; with --check, says whether they are up to date."""

import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "source"))

import convergence  # noqa: E402
import fleet  # noqa: E402
import run  # noqa: E402


def main():
    stale = []
    for name, made in [("fleet", fleet.DASHBOARD), ("convergence", convergence.DASHBOARD),
                       ("run", run.DASHBOARD)]:
        file = HERE / "dashboards" / f"{name}.json"
        text = json.dumps(made, indent=1) + "\n"
        if file.exists() and file.read_text() == text:
            continue
        stale.append(file.name)
        if "--check" not in sys.argv:
            file.write_text(text)
    if stale and "--check" in sys.argv:
        sys.exit(f"not what source/ says: {', '.join(stale)}; run deploy/grafana/generate.py")


if __name__ == "__main__":
    main()
