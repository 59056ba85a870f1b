#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every public header compiles alone, as C11 and as C++. Usage: headers.sh INCLUDE-DIR. TAP.
set -u
include=$1
number=0
bad=0
set -- "$include"/keyassay/*.h
echo "1..$(($# * 2))"
for header in "$@"; do
	name=keyassay/$(basename "$header")
	for way in "gcc -std=c11 -x c" "g++ -std=c++11 -x c++"; do
		number=$((number + 1))
		# shellcheck disable=SC2086 # a command and its words
		if printf '#include <%s>\n' "$name" |
			$way -Wall -Wextra -Wpedantic -Werror -I "$include" -fsyntax-only - 2>&1 | sed 's/^/# /' | grep .; then
			echo "not ok $number - $name alone with $way"
			bad=1
		else
			echo "ok $number - $name alone with $way"
		fi
	done
done
exit "$bad"
