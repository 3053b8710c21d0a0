#!/usr/bin/env python3
"""Prints the rows that the benchmarks wrote as one table, and writes them as Markdown where a file is given.

    table.py ROWS [MARKDOWN]
"""
import json
import sys

HEADER = ["", "what", "jobmon", "peer or limit", "ratio", "aim", "", "remarks"]
TITLES = {
    "a": "durable events a second", "b": "jobmon run over short commands", "c": "jobmon exec around one command",
    "d": "a ledger of 1,000,000 jobs", "f": "the web page at a ledger of 1,000,000 jobs",
    "g": "requests that jobmon usage recommends", "h": "one machine, used well",
}


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    cells = [[row[name] for name in ("group", "what", "ours", "peer", "ratio", "aim", "verdict", "note")]
             for row in rows]
    shown = [HEADER[:-1]] + [line[:-1] for line in cells]
    widths = [max(len(line[column]) for line in shown) for column in range(len(shown[0]))]
    for line in shown:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())
    judged = [row for row in rows if row["verdict"]]
    met = sum(row["verdict"] == "PASS" for row in judged)
    print(f"\n{met} of {len(judged)} figures meet their aim; figures of other machines differ, ratios less so")
    if len(sys.argv) < 3:
        return
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        for group in dict.fromkeys(row["group"] for row in rows):
            file.write(f"### ({group}) {TITLES.get(group, '')}\n\n")
            file.write("| what | jobmon | peer or limit | ratio | aim | | remarks |\n|---|---|---|---|---|---|---|\n")
            for line in cells:
                if line[0] == group:
                    file.write("| " + " | ".join(cell.replace("|", "\\|") for cell in line[1:]) + " |\n")
            file.write("\n")


if __name__ == "__main__":
    main()
