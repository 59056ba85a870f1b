#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The completion of keyassayd offers verbs, options and values that the program takes. TAP.
# Usage: completion.sh KEYASSAYD COMPLETION-FILE
set -u
keyassayd=$1
. "$2"
number=0
bad=0

offered()
{
	COMP_WORDS=("$keyassayd" "$@")
	COMP_CWORD=$#
	COMPREPLY=()
	_keyassayd
	printf '%s\n' "${COMPREPLY[@]}" | sort -u
}

compare()
{
	number=$((number + 1))
	if [[ $2 == "$3" ]]; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		diff <(echo "$2") <(echo "$3") | sed 's/^/# /'
		bad=1
	fi
}

echo 1..14
compare verbs "$("$keyassayd" --help | sed -n '/^Verbs:/,/^$/s/^  \([a-z]*\) .*/\1/p' | sort)" "$(offered '')"
compare 'verbs of accesskey' "$(printf '%s\n' create delete list)" "$(offered accesskey '')"
compare 'a verb that has begun' migrate "$(offered mig)"
compare 'options of accesskey create' "$("$keyassayd" accesskey create --help | grep -oE '^  --[a-z-]+' | tr -d ' ' | sort)" \
	"$(offered accesskey create --)"
compare 'options of serve' "$("$keyassayd" serve --help | grep -oE '^  --[a-z-]+' | tr -d ' ' | sort)" "$(offered serve --data x --)"

# Each value that is offered is taken, and the program knows no other.
choices()
{
	"$keyassayd" "${@:2}" "--$1" nonsense 2>&1 | sed -n 's/.*is none of: //p' | tr -d ' ' | tr ',' '\n' | sort
}
for key in on-weak-key log-level log-format; do
	compare "values of $key" "$(choices $key config)" "$(offered serve --$key '')"
done
for key in kind status mode issuer from; do
	compare "values of $key" "$(choices $key import)" "$(offered import --$key '')"
done
compare 'values of role' "$(choices role accesskey create)" "$(offered accesskey create --role '')"
exit "$bad"
