#!/usr/bin/env python3
"""Writes Sources/CJobmonAssets/assets.c: the list of the page's files, which the compiler puts into the executable.

    scripts/list-assets.py            write it
    scripts/list-assets.py --check    fail if it is not what would be written
"""
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "Sources" / "CJobmonAssets"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}


def symbol(name):
    return name.replace(".", "_").replace("-", "_")


def text(names):
    lines = ['#include "jobmon_assets.h"', "", "// Written by scripts/list-assets.py from the files in page/."]
    for name in names:
        lines += [f"static const unsigned char {symbol(name)}[] = {{", f'#embed "page/{name}"', "};"]
    lines += ["", "static const struct jobmon_asset assets[] = {"]
    for name in names:
        lines.append(f'    {{"{name}", "{TYPES[Path(name).suffix]}", {symbol(name)}, sizeof {symbol(name)}}},')
    lines += [
        "};",
        "",
        "size_t jobmon_asset_count(void) { return sizeof assets / sizeof assets[0]; }",
        "",
        "struct jobmon_asset jobmon_asset_at(size_t index) { return assets[index]; }",
        "",
    ]
    return "\n".join(lines)


def main():
    names = sorted(path.name for path in (FOLDER / "page").iterdir())
    unknown = [name for name in names if Path(name).suffix not in TYPES]
    if unknown:
        sys.exit(f"list-assets: no media type is known for {', '.join(unknown)}")
    wanted = text(names)
    target = FOLDER / "assets.c"
    if sys.argv[1:] == ["--check"]:
        if target.read_text() != wanted:
            sys.exit("list-assets: assets.c does not list the files of the page: run scripts/list-assets.py")
    else:
        target.write_text(wanted)


if __name__ == "__main__":
    main()
