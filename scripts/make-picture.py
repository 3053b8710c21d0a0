#!/usr/bin/env python3
"""Makes docs/images/jobmon.svg, the terminal picture of the README, from a real run.

usage: scripts/make-picture.py PATH-OF-JOBMON [OUTPUT.svg]

Takes the programs of docs/tutorial.md, and runs the commands below with the given executable in a fresh directory
named `survey`, each under a pseudo-terminal of 92 columns with colours on. The picture shows what they printed, with
two changes that keep it neutral: the name of this host becomes `n1`, and the temporary directory that `survey` is in
becomes `/home/ada`. Takes half a minute, and needs Python 3.8 or later and nothing else.
"""

import fcntl
import importlib.util
import os
import pathlib
import pty
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import termios
from xml.sax.saxutils import escape

ROOT = pathlib.Path(__file__).resolve().parent.parent
COLUMNS = 92
HOST = "n1"
HOME = "/home/ada"

RUN = """jobmon run --each site=@sites.txt --each year=2001..2020 --timeout 20s \\
    -- python3 fit.py {site} {year}"""
# What is typed, and whether the mistakes in the programs and the data are fixed before it.
COMMANDS = [
    (RUN, False),
    ("jobmon jobs --param year=2003", False),
    ("jobmon errors --full --param site=oslo", False),
    ("jobmon retry --status failed     # after fixing fit.py and the missing file", True),
    (RUN, False),
]

TITLE = "jobmon in a terminal"
DESCRIPTION = (
    "jobmon run starts 100 jobs, of which three fail; each failure has its reason in one line. jobmon jobs lists jobs "
    "with status, time and memory, and jobmon errors prints the traceback of one. After a fix, jobmon retry and the "
    "same command again complete the other three, and all 100 jobs are complete.")

# Layout, in pixels. A character of a monospaced font is 0.6 of its size wide, or is made so (textLength).
FONT = 14
CELL = 0.6 * FONT
LINE = 19
GAP = 9
PAD = 20
BAR = 34
BACKGROUND, FRAME, BAR_FILL = "#0d1117", "#30363d", "#161b22"
PLAIN, BRIGHT, QUIET = "#d0d7de", "#ffffff", "#9198a1"
COLOURS = {31: "#ff8a80", 32: "#7ee787", 33: "#e3b341", 34: "#79c0ff", 35: "#d2a8ff", 36: "#76e3ea"}


class Screen:
    """What a terminal shows in the end: a line is a list of (character, style), a style a set of SGR numbers."""

    SEQUENCE = re.compile(r"\x1b\[([0-9;]*)([A-Za-z])")

    def __init__(self):
        self.lines = [[]]
        self.row = self.column = 0
        self.style = frozenset()

    def feed(self, text):
        index = 0
        while index < len(text):
            sequence = self.SEQUENCE.match(text, index)
            if sequence:
                self.control(*sequence.groups())
                index = sequence.end()
            else:
                self.put(text[index])
                index += 1

    def put(self, character):
        if character == "\r":
            self.column = 0
            return
        if character == "\n" or self.column == COLUMNS:
            self.row += 1
            self.column = 0
        while len(self.lines) <= self.row:
            self.lines.append([])
        if character == "\n":
            return
        line = self.lines[self.row]
        line.extend([(" ", frozenset())] * (self.column + 1 - len(line)))
        line[self.column] = (character, self.style)
        self.column += 1

    def control(self, numbers, letter):
        if letter == "m":
            for number in numbers.split(";"):
                self.style = frozenset() if number in ("", "0") else self.style | {int(number)}
        elif letter == "A":
            self.row = max(0, self.row - int(numbers or 1))
        elif letter in "KJ":
            del self.lines[self.row][self.column :]
            if letter == "J":
                del self.lines[self.row + 1 :]
        else:
            sys.exit(f"make-picture: the terminal sequence {numbers}{letter} is not understood")

    def shown(self):
        """The lines, without empty ones at the end."""
        lines = list(self.lines)
        while lines and not lines[-1]:
            lines.pop()
        return lines


def run(command, directory, environment):
    """What a command prints on a terminal."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))
    process = subprocess.Popen(
        ["bash", "-c", command], cwd=directory, env=environment, stdin=theirs, stdout=theirs, stderr=theirs,
        start_new_session=True)
    os.close(theirs)
    output = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the last process that had the terminal is gone
            break
        if not piece:
            break
        output += piece
    process.wait()
    os.close(ours)
    return output.decode()


def tutorial():
    """The files of the tutorial in the order in which it has them: (name, text); the first fit.py has the mistakes."""
    spec = importlib.util.spec_from_file_location("check_tutorial", ROOT / "scripts" / "check-tutorial.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    text = (ROOT / "docs" / "tutorial.md").read_text()
    return [(note[len("file: ") :], text) for _, note, _, text in module.blocks(text) if note.startswith("file: ")]


def neutral(text, home):
    """The text with this host's name and the temporary directory replaced; columns keep their places."""
    def cell(match):
        width = len(match[0])
        return HOST.ljust(width) if match[1] else HOST

    return re.sub(rf"\b{re.escape(socket.gethostname())}\b( *)", cell, text).replace(home, HOME)


def record(jobmon):
    """Each command that was typed, and the lines that the terminal showed for it."""
    with tempfile.TemporaryDirectory(prefix="jobmon-picture-") as home:
        survey = pathlib.Path(home, "survey")
        tools = pathlib.Path(home, "bin")
        survey.mkdir()
        tools.mkdir()
        (tools / "jobmon").symlink_to(jobmon)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("JOBMON_")}
        environment.pop("NO_COLOR", None)
        environment.update(PATH=f"{tools}:{environment['PATH']}", TERM="xterm-256color", LANG="C.UTF-8", TZ="UTC")

        def write(wanted):
            for name, text in wanted.items():
                (survey / name).write_text(text)

        first, last = {}, {}
        for name, text in tutorial():
            first.setdefault(name, text)
            last[name] = text
        write(first)
        subprocess.run(["python3", "make_data.py"], cwd=survey, check=True)
        # Its size takes memory and seconds: without the tutorial's memory limit it may reach the time limit.
        shutil.copy(survey / "data" / "umea-2008.csv", survey / "data" / "umea-2009.csv")
        shown = []
        for command, fixed in COMMANDS:
            if fixed:
                write(last)
                subprocess.run(["python3", "make_data.py", "kiruna-2011"], cwd=survey, check=True)
            screen = Screen()
            screen.feed(neutral(run(command, survey, environment), home))
            shown.append((command, screen.shown()))
        return shown


def runs(line):
    """Pieces of a line of one style, without the wide gaps between them: (column, text, style)."""
    pieces = []
    start = 0
    while start < len(line):
        end = start
        while end < len(line) and line[end][1] == line[start][1]:
            end += 1
        text = "".join(character for character, _ in line[start:end])
        for match in re.finditer(r"\S+(?: \S+)*", text):
            pieces.append((start + match.start(), match[0], line[start][1]))
        start = end
    return pieces


def draw(shown):
    """The picture."""
    body = []
    y = BAR + PAD + FONT

    def text(column, words, colour, bold=False):
        weight = ' font-weight="600"' if bold else ""
        body.append(
            f'<text x="{PAD + column * CELL:.1f}" y="{y}" textLength="{len(words) * CELL:.1f}" '
            f'lengthAdjust="spacingAndGlyphs" fill="{colour}"{weight}>{escape(words)}</text>')

    for number, (command, lines) in enumerate(shown):
        if number:
            y += GAP
        text(0, "$", COLOURS[32], bold=True)
        for words in command.split("\n"):
            words, mark, comment = words.partition("# ")
            column = 2 + len(words) - len(words.lstrip())
            text(column, words.strip(), BRIGHT, bold=True)
            if mark:
                text(2 + len(words), mark + comment, QUIET)
            y += LINE
        for line in lines:
            for column, words, style in runs(line):
                colour = next((COLOURS[number] for number in sorted(style) if number in COLOURS), None)
                text(column, words, colour or (BRIGHT if 1 in style else PLAIN), bold=1 in style)
            y += LINE
    width, height = round(2 * PAD + COLUMNS * CELL), y - LINE + PAD + FONT // 2
    dots = "".join(f'<circle cx="{20 + 18 * dot}" cy="{BAR / 2}" r="5.5" fill="{FRAME}"/>' for dot in range(3))
    font = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace"
    return f"""<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"
role="img" aria-labelledby="title description">
<title id="title">{escape(TITLE)}</title>
<desc id="description">{escape(DESCRIPTION)}</desc>
<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="9" fill="{BACKGROUND}" stroke="{FRAME}"/>
<path d="M1 {BAR}V10a9 9 0 0 1 9-9h{width - 20}a9 9 0 0 1 9 9v{BAR - 10}z" fill="{BAR_FILL}"/>
<path d="M1 {BAR + 0.5}h{width - 2}" stroke="{FRAME}"/>
{dots}
<g font-family="{font}" font-size="{FONT}">
<text x="{width / 2}" y="{BAR / 2 + 4.5}" fill="{QUIET}" text-anchor="middle">ada@{HOST}: ~/survey</text>
{chr(10).join(body)}
</g>
</svg>
"""


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__.split("\n\n")[1])
    output = pathlib.Path(sys.argv[2]) if len(sys.argv) == 3 else ROOT / "docs" / "images" / "jobmon.svg"
    shown = record(os.path.realpath(sys.argv[1]))
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(draw(shown))
    print(f"{output}: {len(shown)} commands, {sum(len(lines) for _, lines in shown)} lines")


if __name__ == "__main__":
    main()
