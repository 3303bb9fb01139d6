#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the dashboards into a folder: generate.py FOLDER."""

import json
import pathlib
import sys

import fleet
import health
import investigate
import perimeter

BOARDS = {
    "model-perimeter": perimeter,
    "investigate-workload": investigate,
    "fleet-cost": fleet,
    "pipeline-health": health,
}


def main():
    folder = pathlib.Path(sys.argv[1])
    for name, board in BOARDS.items():
        text = json.dumps(board.make(), indent=2, ensure_ascii=False) + "\n"
        (folder / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
