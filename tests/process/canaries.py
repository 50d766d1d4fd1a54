"""Canaries: a copy of the kit in which all that a child is not to know says a word of its own.

A submission then looks for them from within: LOOK. So that it can read its own memory, the copy's
sandbox is taken off. Every word is canaryq...endq, and a number that of the seed.
"""

import os
import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
SEED = 0x3EED_C0FF_EE12_3457  # three digits of 30 bits as Python keeps it
NUMBER = 0.7316254980173645  # of the course file
EVERYTHING = {
    "command": {"course", "environment", "names", "option", "seed", "number"},
    "program": {"course", "environment", "names", "option", "seed", "number", "solution",
                "neighbour"},
}  # fmt: skip

# What a word is made of is put together at work, and verified piece by piece: the pieces, this
# source among them, are in the child's memory by right.
LOOK = """
import gc, os, sys

HEAD, TAIL = "".join(("cana", "ryq")), "".join(("en", "dq"))
MASK = int("5a" * 8, 16)
# The first bytes to find, and the masked ones to follow: no number is ever whole in here.
NUMBERS = tuple((bytes(b ^ 0x5A for b in masked[:3]), masked[3:], what) for masked, what in MASKED)
ours = {}


def word(text):
    end = text.find(TAIL)
    return text[:end] if 0 < end < 20 and text[:end].isalpha() else None


def in_text(text):
    return {found for part in text.split(HEAD)[1:] if (found := word(part[:40]))}


def by_objects():
    found, seen = set(), 0
    gc.unfreeze()
    for holder in gc.get_objects():
        for value in gc.get_referents(holder):
            if type(value) is str and HEAD in value:
                found |= in_text(value)
            if type(value) is bytes and HEAD.encode() in value:
                found |= in_text(value.decode("latin-1"))
            if type(value) is int and value ^ MASK == KEY_SEED:
                found.add("seed")
    gc.freeze()
    return found


def by_frames():
    found, frames = set(), [sys._getframe(), *sys._current_frames().values()]
    for frame in frames:
        while frame is not None:
            for scope in (frame.f_locals, frame.f_globals):
                for name, value in scope.items():
                    if type(value) in (str, bytes, dict, list, tuple):
                        found |= in_text(repr(value))
            frame = frame.f_back
    return found


def by_modules():
    found = set()
    for name, module in list(sys.modules.items()):
        for value in list(getattr(module, "__dict__", {}).values()):
            if type(value) is str:
                found |= in_text(value)
        if name.startswith(("grader.course.", "grader.bench", "grader.cli", "solutions")):
            found.add(name)
    return found


def by_descriptors():
    found = set()
    for at in range(6, 64):  # its own are 0 to 5: streams, two pipes, none at 5
        try:
            os.fstat(at)
        except OSError:
            continue
        if at not in ours:
            found.add(f"descriptor-{at}")
    return found


def by_memory():
    found, size = set(), 0
    memory = os.open("/proc/self/mem", os.O_RDONLY)
    ours[memory] = True
    wide = HEAD.encode("utf-32-le")
    with open("/proc/self/maps") as file:
        maps = file.read().split("\\n")
    for line in maps:
        if not line or line.split()[1][0] != "r" or line.endswith(("[vvar]", "[vsyscall]")):
            continue
        start, end = (int(part, 16) for part in line.split()[0].split("-"))
        for at in range(start, end, 2**24):
            try:
                piece = os.pread(memory, min(2**24 + 256, end - at), at)
            except OSError:
                break
            size += len(piece)
            for needle, coding in ((HEAD.encode(), "latin-1"), (wide, "utf-32-le")):
                place = piece.find(needle)
                while place >= 0:
                    after = piece[place + len(needle) :][: 160 if needle is wide else 40]
                    text = after.decode(coding, errors="replace")
                    if (what := word(text)) is not None:
                        found.add(what)
                    place = piece.find(needle, place + 1)
            for needle, masked, what in NUMBERS:
                place = piece.find(needle)
                while place >= 0:
                    after = piece[place + 3 : place + 3 + len(masked)]
                    if bytes(b ^ 0x5A for b in after) == masked:
                        found.add(what)
                    place = piece.find(needle, place + 1)
    os.close(memory)
    assert size > 10**7, size
    return found


def backward(n):
    if hasattr(sys, "looked"):  # it is called for every input
        return {}
    sys.looked = True
    ways = {
        way.__name__: way()
        for way in (by_frames, by_modules, by_descriptors, by_objects, by_memory)
    }
    pairs = [f"{name}:{what}" for name, found in ways.items() for what in sorted(found)]
    print("LOOKED", *pairs, "DONE")
    return {}
"""
OPEN = """
KEPT = ("process group", "empty environment", "closed descriptors")
LAYERS = tuple(layer for layer in LAYERS if layer.name in KEPT)
"""
MAPPED = """
import mmap
from pathlib import Path
with open(Path(__file__).parent.parent.parent / "data/mapped.txt", "rb") as file:
    MAPPED = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
"""
PROGRAM = """
import sys, warnings
from pathlib import Path
names, seed, look, neighbour, option, forked = sys.argv[1:]
warnings.simplefilter("ignore")
from grader.course.exercise import load_exercise
from grader.course.names import NameData, read_names
from grader.process.clean_start import load_torch
from grader.syntax.submission import read_submission
from grader.workspace import kit
exercise, data = load_exercise("exercise2"), NameData(read_names(Path(names)))
other, solution = read_submission(Path(neighbour)), kit.solution_source("exercise2")
load_torch()
from grader.grading import Grader, Options
from grader.process import launcher
if forked == "forked":
    launcher.new_warm_process = launcher.forked
with Grader(data, Options(seed=int(seed), timeout=60)) as grader:
    report = grader.grade(exercise, other)
    print(grader.grade(exercise, read_submission(Path(look))).output)
"""


def copy_of_the_kit(folder: Path) -> Path:
    kit = folder / "kit"
    for part in ("grader", "solutions", "exercises", "data"):
        shutil.copytree(ROOT / part, kit / part, ignore=shutil.ignore_patterns("__pycache__"))
    course = kit / "grader/course/exercise2.py"
    course.write_text(f'{course.read_text()}\nWORD = "canaryqcourseendq"\nNUMBER = {NUMBER!r}\n')
    solution = kit / "solutions/exercise2.py"
    solution.write_text(solution.read_text() + "\n# canaryqsolutionendq\n")
    names = kit / "data/names.txt"
    names.write_text(names.read_text() + "canaryqnamesendq\n")
    layers = kit / "grader/process/sandbox/layers.py"
    layers.write_text(layers.read_text() + OPEN)
    privileges = kit / "grader/process/sandbox/privileges.py"
    privileges.write_text(privileges.read_text() + "\ndef close_memory(plan=None): pass\n")
    return kit


def leak(kit: Path) -> None:
    """As it was: the command reads its call, and then forks from the middle of itself; and keeps a
    file mapped, to be read only."""
    start = kit / "grader/process/clean_start.py"
    start.write_text(start.read_text() + "\ndef restart(arguments): pass\n")
    surroundings = kit / "grader/process/sandbox/surroundings.py"
    text = surroundings.read_text() + "\ndef empty_environment(plan=None): pass\n"
    surroundings.write_text(text)
    (kit / "data/mapped.txt").write_text("canaryqmappedendq\n")
    launcher = kit / "grader/process/launcher.py"
    text = launcher.read_text().replace("new_warm_process = _new", "new_warm_process = forked  #")
    launcher.write_text(text + MAPPED)


def _masked() -> str:
    """The seed as C and as Python keep it, and the number, with every bit of some turned."""
    digits = [SEED >> at & 2**30 - 1 for at in (0, 30, 60)]
    known = [(struct.pack("<Q", SEED), "seed"), (struct.pack("<3I", *digits), "seed"),
             (struct.pack("<d", NUMBER), "number")]  # fmt: skip
    masked = tuple((bytes(b ^ 0x5A for b in as_bytes), what) for as_bytes, what in known)
    return f"KEY_SEED = {SEED ^ 0x5A5A5A5A5A5A5A5A}\nMASKED = {masked}"


def look(kit: Path, way: str, leaks: bool = False) -> dict[str, set[str]]:
    """What a child found of them, by how it looked. `way`: "command" or "program"."""
    folder = kit.parent
    (folder / "look.py").write_text(f"{_masked()}\n{LOOK}")
    neighbour = "def backward(n): return {}  # canaryqneighbourendq\n"
    (folder / "neighbour.py").write_text(neighbour)
    option, names = str(folder / "canaryqoptionendq.xml"), str(kit / "data/names.txt")
    environment = {**os.environ, "PYTHONPATH": str(kit), "TOKEN": "canaryqenvironmentendq"}
    if way == "command":
        words = ["-m", "grader", "exercise2", "--submission", "look.py", "--timeout", "60",
                 "--names", names, "--junit", option, "--seed", str(SEED)]  # fmt: skip
    else:
        (folder / "program.py").write_text(PROGRAM)
        words = ["program.py", names, str(SEED), "look.py", "neighbour.py", option]
        words.append("forked" if leaks else "clean")
    done = subprocess.run(
        [sys.executable, "-P", *words], cwd=folder, env=environment, check=False,
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    told = re.search(r"LOOKED(.*?)DONE", done.stdout + done.stderr, re.DOTALL)
    assert told is not None, done.stdout + done.stderr
    found: dict[str, set[str]] = {}
    for pair in told[1].replace("|", " ").split():
        how, _, what = pair.partition(":")
        found.setdefault(how, set()).add(what)
    return found
