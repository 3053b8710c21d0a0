#!/usr/bin/env python3
"""Does what docs/tutorial.md says, with a given jobmon, and compares the exit code of each block of commands.

usage: scripts/check-tutorial.py PATH-OF-JOBMON [DOCUMENT.md]

In the document, a comment in the line before a block says what the block is:

    <!-- file: NAME -->     its text is saved as NAME, in the directory that the commands are in
    <!-- exit code N -->    its last command exits with N (0 where nothing is said)
    <!-- not run -->        it is for the reader only

All other `sh` blocks run in one shell, one after the other, in a temporary directory that is removed afterwards. Needs
Python 3.8 or later and bash, and nothing else. Exit code 1 when a block ends otherwise than the document says.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"(?:^<!-- (?P<note>.*?) -->\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.M | re.S)
DOCUMENT = pathlib.Path(__file__).resolve().parent.parent / "docs" / "tutorial.md"
END = "__end_of_block__"


def blocks(text):
    """The line, note, language and text of each fenced block."""
    for match in BLOCK.finditer(text):
        line = text.count("\n", 0, match.start("text"))
        yield line, match["note"] or "", match["language"], match["text"]


class Shell:
    """One bash that all blocks run in, so that `cd` and variables last."""

    def __init__(self, directory, environment):
        self.process = subprocess.Popen(
            ["bash"], cwd=directory, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, universal_newlines=True)

    def run(self, text):
        """The exit code of the last command, and everything that the block printed."""
        self.process.stdin.write(f"{{\n{text}\n}} </dev/null\nprintf '\\n{END} %s\\n' $?\n")
        self.process.stdin.flush()
        printed = []
        for line in self.process.stdout:
            if line.startswith(END):
                return int(line.split()[1]), "".join(printed).rstrip("\n")
            printed.append(line)
        return None, "".join(printed)

    def end(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__.split("\n\n")[1])
    jobmon = os.path.realpath(sys.argv[1])
    document = pathlib.Path(sys.argv[2]) if len(sys.argv) == 3 else DOCUMENT
    wrong = ran = 0
    with tempfile.TemporaryDirectory(prefix="jobmon-tutorial-") as directory:
        tools = os.path.join(directory, "bin")
        os.mkdir(tools)
        os.symlink(jobmon, os.path.join(tools, "jobmon"))
        environment = {name: value for name, value in os.environ.items() if not name.startswith("JOBMON_")}
        environment["PATH"] = f"{tools}:{environment['PATH']}"
        shell = Shell(directory, environment)
        for line, note, language, text in blocks(document.read_text()):
            file = re.fullmatch(r"file: (.+)", note)
            if file:
                text = f"cat >{file[1]} <<'END OF FILE'\n{text}END OF FILE"
            elif language != "sh" or note == "not run":
                continue
            expected = re.fullmatch(r"exit code (\d+)", note)
            expected = int(expected[1]) if expected else 0
            code, printed = shell.run(text)
            ran += 1
            if os.environ.get("VERBOSE"):
                print(f"{document.name}, line {line}: exit code {code}\n{printed}")
            if code != expected:
                wrong += 1
                print(f"check-tutorial: {document.name}, line {line}: exit code {code}, not {expected}:\n{text}{printed}")
            if code is None:
                break
        shell.end()
    if ran == 0:
        sys.exit(f"check-tutorial: {document} has no block that can be run")
    print(f"check-tutorial: {ran} blocks, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
