"""Fits one year. Fails for years before the first survey, as real models do."""
import argparse
import csv
import pathlib
import time

FIRST_SURVEY = 1990

parser = argparse.ArgumentParser()
parser.add_argument("--year", type=int, required=True)
parser.add_argument("--out", type=pathlib.Path, required=True)
parser.add_argument("--seconds", type=float, default=0.2, help="how long the fit takes")
arguments = parser.parse_args()

time.sleep(arguments.seconds)
if arguments.year < FIRST_SURVEY:
    raise ValueError(f"no data for {arguments.year}: the first survey was in {FIRST_SURVEY}")
estimates = [arguments.year + draw * 0.25 for draw in range(4)]
with open(arguments.out / f"fit-{arguments.year}.csv", "w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow(["year", "draw", "value"])
    writer.writerows([arguments.year, draw, value] for draw, value in enumerate(estimates))
print(f"fitted {arguments.year}")
