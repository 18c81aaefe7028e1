"""What the documents tell people to type: fenced blocks, and commands within a line."""
import re
from dataclasses import dataclass

from running import ROOT


@dataclass(frozen=True)
class Block:
    document: str   # "deploy/RUNBOOK.md"
    line: int       # of its first line
    language: str   # "" for commands, "yaml", "text"
    text: str

    def commands(self):
        """One a line; what is continued by a backslash is one, what follows a # is none."""
        lines = re.sub(r"\\\n\s*", "", self.text).splitlines()
        return [command for command in (re.sub(r"(^|\s+)#.*", "", line).strip() for line in lines) if command]


_FENCED = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def blocks(document):
    text = (ROOT / document).read_text()
    return [Block(document, text[:m.start(3)].count("\n") + 1, m.group(2), m.group(3)) for m in _FENCED.finditer(text)]


# The first word of what is typed; a path in the tree is one, too, where something follows it.
_PROGRAMS = re.compile(r"(newsfeedd|kafka-[a-z-]+\.sh|curl|journalctl|systemctl|systemd-analyze|systemd-run|kubectl|helm|docker|pip|apt|top"
                       r"|(deploy|tests)/[\w/-]+) \S")


def commands_within_lines(document):
    """(line, command) of each in single backticks."""
    text = (ROOT / document).read_text()
    text = _FENCED.sub(lambda m: "\n" * m.group(0).count("\n"), text)
    for m in re.finditer(r"`([^`]+)`", text):
        command = re.sub(r"\s+", " ", m.group(1)).strip()
        if _PROGRAMS.match(command):
            yield text[:m.start()].count("\n") + 1, command
