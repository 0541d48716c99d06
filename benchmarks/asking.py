"""Asks a web server for a page again and again, in a process of its own, so that nobody who measures is in the server's way.

python -m benchmarks.asking PORT PATH COOKIES TIMES
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time

from crm.configuration import HOUSE


def ask(port: int, path: str, cookies: str, times: int) -> list[float]:
    """How many milliseconds each answer took, measured by another process; the first one, which warms up, is left out."""
    command = [sys.executable, "-m", "benchmarks.asking", str(port), path, cookies, str(times)]
    done = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=True)
    return [float(each) for each in json.loads(done.stdout)]


def measured(port: int, path: str, cookies: str, times: int) -> list[float]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    taken = []
    for _ in range(times + 1):
        began = time.perf_counter()
        connection.request("GET", path, headers={"Cookie": cookies, "Accept-Encoding": "gzip"})
        response = connection.getresponse()
        response.read()
        if response.status != 200:
            raise SystemExit(f"{path} answers {response.status}")
        taken.append((time.perf_counter() - began) * 1000)
    return taken[1:]


if __name__ == "__main__":
    print(json.dumps(measured(int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]))))
