"""Where `--json` writes: whole files, through links, and never in the place of a device."""

import os
import stat
import threading

import pytest

from trialkine.cli.options import write_json
from trialkine.errors import InputError


def test_a_file_is_replaced_as_a_whole(tmp_path):
    target = tmp_path / "summary.json"
    target.write_text("a much longer earlier text")
    write_json(str(target), "{}")
    assert target.read_text("utf-8") == "{}"
    assert [path.name for path in tmp_path.iterdir()] == ["summary.json"]


def test_a_link_stays_a_link_and_its_file_gets_the_text(tmp_path):
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    real.write_text("")
    link.symlink_to(real)
    write_json(str(link), "{}")
    assert link.is_symlink()
    assert real.read_text("utf-8") == "{}"


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text("utf-8")))
    reader.start()
    write_json(str(pipe), "{}")
    reader.join(timeout=10)
    assert read == ["{}"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_full_device_is_a_sentence_and_stays_a_device():
    with pytest.raises(InputError, match=r"cannot be written: No space left on device"):
        write_json("/dev/full", "{}")
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)
