#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The completion offers what the program takes: every option of every verb's --help, and no others. TAP.
# Usage: completion.sh KEYASSAY COMPLETION-FILE
set -u
keyassay=$1
. "$2"
number=0
bad=0

offered()
{
	COMP_WORDS=(keyassay "$@")
	COMP_CWORD=$#
	COMPREPLY=()
	_keyassay
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

echo 1..13
for verb in scan explain audit review bench "debian key" "debian table" "debian verify"; do
	# shellcheck disable=SC2086 # a verb and its verb
	compare "options of $verb" "$("$keyassay" $verb --help | grep -oE '^  --[a-z-]+' | tr -d ' ' | sort -u)" "$(offered $verb --)"
done
compare verbs "$("$keyassay" --help | sed -n '/^Verbs:/,/^$/s/^  \([a-z]*\) .*/\1/p' | sort)" "$(offered '' | grep -v '^-')"
compare 'formats of scan' "$(printf '%s\n' csv json jsonl sarif text)" "$(offered scan --format '')"
compare 'formats of audit' "$(printf '%s\n' json jsonl text)" "$(offered audit --format '')"
compare 'formats of review' "$(printf '%s\n' json text)" "$(offered review --format '')"
compare 'a check behind a comma' 'roca,key-size' "$(offered scan --checks 'roca,k')"
exit "$bad"
