"""Processes that we start: what they are told, and how they are ended."""

from __future__ import annotations

import subprocess
import sys
import time

import psutil
import pytest

from coupa_async.runtime.processes import child_environment, end


def test_children_get_our_environment_without_our_settings() -> None:
    given = {"PATH": "/bin", "COUPA_PASSWORD": "s3cret", "coupa_password": "s3cret", "Coupa_Username": "u", "LANG": "C"}
    assert child_environment(given) == {"PATH": "/bin", "LANG": "C"}


def test_a_variable_that_only_mentions_the_product_is_kept() -> None:
    assert child_environment({"MY_COUPA_HOME": "/x"}) == {"MY_COUPA_HOME": "/x"}


# Its main thread has ended, which the system calls a zombie, and another one lasts for half a second more.
WITHOUT_ITS_MAIN_THREAD = """
import ctypes, os, threading, time
def last():
    print("here", flush=True)
    time.sleep(0.5)
    os._exit(0)
threading.Thread(target=last).start()
ctypes.CDLL(None).pthread_exit(None)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux's own notion of a zombie")
def test_a_process_whose_last_thread_is_yet_to_end_is_waited_for() -> None:
    child = subprocess.Popen([sys.executable, "-c", WITHOUT_ITS_MAIN_THREAD], stdout=subprocess.PIPE)
    assert child.stdout is not None
    with child.stdout:
        child.stdout.readline()
    process = psutil.Process(child.pid)
    while process.status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    still_alive, is_there = end([process], within_s=1), psutil.pid_exists(process.pid)
    child.wait()
    assert (still_alive, is_there) == ([], False)
