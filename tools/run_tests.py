#!/usr/bin/env python3
"""Runs every test of a build folder and ends with one line: N passed, N failed[, N skipped].

usage: run_tests.py BUILD_FOLDER [meson test arguments]
A test program with several cases (cmocka's "[       OK ]", a scenario's "ok - words") counts each of them;
one that says nothing counts as one. What failed is printed whole.
"""
import json
import pathlib
import re
import subprocess
import sys

CASES = {
    "passed": re.compile(r"^(\[       OK \]|ok\b)", re.M),
    "failed": re.compile(r"^(\[  FAILED  \] \S+$|not ok\b)", re.M),
    "skipped": re.compile(r"^(\[  SKIPPED \] \S+$|skip\b)", re.M),
}


def count(test):
    output = test.get("stdout", "") + "\n" + test.get("stderr", "")
    counts = {kind: len(pattern.findall(output)) for kind, pattern in CASES.items()}
    if test["result"] in ("OK", "EXPECTEDFAIL"):
        counts["failed"] = 0
        if not any(counts.values()):
            counts["passed"] = 1
    elif test["result"] == "SKIP":
        counts = {"passed": 0, "failed": 0, "skipped": max(1, counts["skipped"])}
    else:
        counts["failed"] = max(1, counts["failed"])
    return counts


def main():
    build = pathlib.Path(sys.argv[1])
    status = subprocess.run(["meson", "test", "-C", str(build), "--no-rebuild", *sys.argv[2:]], check=False).returncode
    log = build / "meson-logs" / "testlog.json"
    tests = [json.loads(line) for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    total = {"passed": 0, "failed": 0, "skipped": 0}
    for test in tests:
        counts = count(test)
        for kind in total:
            total[kind] += counts[kind]
        if counts["failed"]:
            print(f"\n=== {test['name']}: {test['result']}\n{test.get('stdout', '')}{test.get('stderr', '')}")
        for line in (test.get("stdout", "") + test.get("stderr", "")).splitlines():
            if line.startswith("skip"):
                print(f"{test['name']}: {line}")
    if status and not total["failed"]:
        total["failed"] = 1
    print(f"{total['passed']} passed, {total['failed']} failed" + (f", {total['skipped']} skipped" if total["skipped"] else ""))
    return 1 if total["failed"] or not total["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
