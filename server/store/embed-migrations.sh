#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Writes the migrations as C. Usage: embed-migrations.sh ENGINE OUT FILE.sql... (in the order of their numbers)
# Each paragraph of a file is one string: compilers need not take longer ones than 4095 bytes.
set -eu
engine=$1
out=$2
shift 2

{
	echo '/* Made from migrations/ by embed-migrations.sh: do not edit. */'
	echo '#include "server/store/backend.h"'
	for file in "$@"; do
		name=$(basename "$file" .sql)
		printf '\nstatic const char *const parts_%s[] = {\n' "$(expr "$name" : '\([0-9]*\)')"
		sed -e '/^--/d' -e 's/\\/\\\\/g' -e 's/"/\\"/g' "$file" | awk '
			/^[[:space:]]*$/ { if (open) print "\t,"; open = 0; next }
			{ printf "\t\"%s\\n\"\n", $0; open = 1 }
			END { if (open) print "\t," }'
		printf '\tNULL,\n};\n'
	done
	printf '\nconst struct ka_migration ka_migrations_%s[] = {\n' "$engine"
	for file in "$@"; do
		name=$(basename "$file" .sql)
		number=$(expr "$name" : '\([0-9]*\)')
		printf '\t{ %s, "%s", parts_%s },\n' "$(expr "$name" : '0*\([0-9]*\)')" "$name" "$number"
	done
	printf '\t{ 0, NULL, NULL },\n};\n'
} >"$out"
