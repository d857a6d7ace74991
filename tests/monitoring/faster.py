#!/usr/bin/env python3
"""Makes the time of alert rules pass faster, to see them fire and clear in a test.

    faster.py 60 <rules.yml    five minutes become five seconds

Every duration of the rules, `for:` and windows, is divided; nothing else is changed. What the rules
compare with time() stays: the server's own clock goes at its usual pace.
"""

import re
import sys

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def faster(text, times):
    def shorter(match):
        return f"{match[1]}{int(match[2]) * UNITS[match[3]] * 1000 // times}ms{match[4]}"

    return re.sub(r"(\[|for: )(\d+)([smhd])(]|$)", shorter, text, flags=re.MULTILINE)


if __name__ == "__main__":
    sys.stdout.write(faster(sys.stdin.read(), int(sys.argv[1])))
