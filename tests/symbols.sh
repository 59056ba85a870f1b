#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The shared library exports exactly what its list says: a symbol that goes breaks programs, one that slips out binds us.
# Usage: symbols.sh LIBRARY LIST
set -u
got=$(nm -D --defined-only "$1" | awk '{ print $3 }' | sort)
want=$(grep -v '^#' "$2" | sort)
if [ "$got" = "$want" ]; then
	exit 0
fi
echo "exports differ from $2 (< listed, > exported):"
diff /dev/fd/3 /dev/fd/4 3<<A 4<<B
$want
A
$got
B
exit 1
