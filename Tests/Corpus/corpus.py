"""The recorded texts: where they are, and whether a line tells the reason of one.

A text is an object: `cause`, `half`, `language`, `program` and `version` of what failed; `exit` (code) or `signal`; the
end of `stderr` and `stdout`; `log` (`path` and `text`), if the program writes one; the `params` of its job; and
`reason`, the phrases that its one line has to contain."""
import json
import lzma
import pathlib
import re
import signal

FOLDER = pathlib.Path(__file__).resolve().parent
HALVES = ("seen", "unseen")


def path(half):
    return FOLDER / f"{half}.jsonl.xz"


def load(half):
    if not path(half).exists():
        return []
    with lzma.open(path(half), "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def save(half, texts):
    with lzma.open(path(half), "wt", encoding="utf-8", preset=9 | lzma.PRESET_EXTREME) as file:
        for text in texts:
            file.write(json.dumps(text, ensure_ascii=False) + "\n")


def ending(text):
    """How the command ended, in the words that jobmon has for it."""
    if "signal" in text:
        return f"signal {text['signal']} ({signal.Signals(text['signal']).name})"
    return f"exit code {text['exit']}"


def tells(line, reason):
    """Whether a line contains all phrases, whatever its case, spaces, quotation marks and colours."""
    line = plain(line)
    return all(plain(phrase) in line for phrase in reason)


def plain(text):
    text = re.sub(r"\x1b\[[0-9;]*m", "", text)
    return re.sub(r"\s+", " ", re.sub("[‘’`´]", "'", re.sub("[“”]", '"', text))).lower()
