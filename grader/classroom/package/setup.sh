#!/usr/bin/env bash
# Run once, when Gradescope builds the autograder's image.
set -euo pipefail
root="${AUTOGRADER_ROOT:-/autograder}"
# The first Python that is new enough; without one, Ubuntu's.
find_python() {
    for name in python3.13 python3.12 python3.11 python3; do
        if "$name" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
}
python="${PYTHON:-$(find_python)}"
if [ -z "$python" ]; then
    apt-get update && apt-get install -y python3.11 python3.11-venv
    python=python3.11
fi
"$python" -m venv "$root/venv"
if [ -z "${SKIP_INSTALL:-}" ]; then
    "$root/venv/bin/python" -m pip install -q -r "$root/source/requirements.txt"
fi
packages="$("$root/venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
echo "$root/source/site" > "$packages/handgrad.pth"
# Which layers of the sandbox work here: read it in the build's log.
"$root/venv/bin/python" -m grader doctor || true
