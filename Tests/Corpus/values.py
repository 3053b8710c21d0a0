"""What differs between the texts of a cause. The same text gets the same values at each run of the generator."""
import random
import re

WORDS = (
    "rain soil wheat maize river delta ozone cloud basin ridge coral plume tidal frost humus loess marsh grove steppe "
    "fjord glade knoll swale talus tundra"
).split()


def values(cause, index):
    """The values of a text by name. `year`, `loc` and `draw` are the params of its job."""
    chosen = random.Random(f"{cause} {index}")
    loc, year, draw = chosen.choice(WORDS), chosen.randint(1950, 2049), chosen.randint(1, 99)
    word, n, m = chosen.choice(WORDS), chosen.randint(1, 99), chosen.randint(100, 999)
    date = f"{chosen.randint(1990, 2025)}-{chosen.randint(1, 12):02}-{chosen.randint(1, 28):02}"
    stem = chosen.choice([
        f"{loc}_{year}", f"{loc}_{year}_{draw}", f"{word}_{m}", f"run{n}_{date.replace('-', '')}", f"{word}{n}_{loc}",
    ])
    return {
        "year": str(year), "loc": loc, "draw": str(draw),
        # Of the data only.
        "word": word, "n": str(n), "m": str(m), "x": f"{chosen.random():.4f}", "date": date,
        # The name of a data file without its ending.
        "f": stem,
        # Where the job ran.
        "host": f"node{chosen.randint(1, 64):02}", "user": f"/scratch/{chosen.choice(WORDS)}_lab/{date}",
    }


def params(given):
    return {"year": int(given["year"]), "loc": given["loc"], "draw": int(given["draw"])}


def filled(text, given):
    return re.sub(r"@(year|loc|draw|word|n|m|x|date|f|host)@", lambda found: given[found.group(1)], text)
