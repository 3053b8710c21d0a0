"""Fails in a nested call, like real code: the last line of the traceback has the reason."""

import json


def read(text):
    return json.loads(text)


def check(record):
    if record["year"] < 1990:
        raise ValueError(f"year {record['year']} is before the first survey (1990)")
    return record


def validate(lines):
    return [check(read(line)) for line in lines]


print("validating the survey")
validate(['{"year": 1995}', '{"year": 1987}'])
