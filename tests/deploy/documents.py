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


def within_lines(document):
    """Code between single backticks, wherever it stands."""
    text = _FENCED.sub("", (ROOT / document).read_text())
    return [re.sub(r"\s+", " ", code).strip() for code in re.findall(r"`([^`]+)`", text)]
