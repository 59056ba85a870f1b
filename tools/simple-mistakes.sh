#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# House rules that a grep can check. Prints each place that breaks one, with the reason; exit status 1 when there is any.
# Usage: simple-mistakes.sh SOURCE-ROOT
set -u
cd "${1:-.}" || exit 2
bad=0

# rule REASON: reads offending places from stdin.
rule()
{
	places=$(cat)
	if [ -n "$places" ]; then
		printf '%s\n%s\n\n' "$1" "$places"
		bad=1
	fi
}

# The library's own code, without the tests and fuzz targets that stand beside it.
lib=$(find lib include -name '*.[ch]' ! -name '*_test.c' ! -name '*_fuzz.c' ! -name '*_test.h' | sort)
cli=$(find cli -name '*.[ch]' ! -name '*_test.c' ! -name '*_fuzz.c' | sort)
common=$(find common -name '*.[ch]' ! -name '*_test.c' | sort)
server=$(find server -name '*.[ch]' ! -name '*_test.c' ! -name '*_fuzz.c' 2>/dev/null | sort)
weakgen=$(find weakgen -name '*.[ch]' ! -name '*_test.c' | sort)
all=$(find include lib weakgen common cli server fuzz tests tools bench -name '*.[ch]' 2>/dev/null | sort)

grep -nE '\b(malloc|calloc|realloc|free|strdup|alloca)[[:space:]]*\(' $lib | grep -v '^lib/base/mem\.c:' |
	rule 'lib/ allocates in lib/base/mem.c only: judging a key allocates nothing.'
grep -nE '#[[:space:]]*include[[:space:]]*[<"](stdio|time|errno|locale|unistd|fcntl|pthread|sys/)' $lib |
	rule 'lib/ does no I/O, reads no clock and has no global state.'
grep -nE '#[[:space:]]*include[[:space:]]*[<"](weakgen|cli|openssl|gmp)' $lib |
	rule 'lib/ needs libc only and never sees weakgen/ or cli/.'
grep -nE '#[[:space:]]*include[[:space:]]*[<"]lib/' $cli $common $server $weakgen |
	rule 'cli/, server/, common/ and weakgen/ see only include/ (cli also weakgen/weakgen.h).'
grep -nE '#[[:space:]]*include[[:space:]]*[<"](cli|server)/' $weakgen $common |
	rule 'weakgen/ and common/ see neither cli/ nor server/.'
grep -nE '#[[:space:]]*include[[:space:]]*"weakgen/' $cli $server | grep -v '"weakgen/weakgen.h"' |
	rule "cli/ and server/ see weakgen's public header only."
grep -nE '#[[:space:]]*include[[:space:]]*[<"]gmp' $cli |
	rule 'GMP stays in weakgen/.'
grep -nE '#[[:space:]]*include[[:space:]]*[<"]cli/' $server | rule 'server/ does not see cli/.'
grep -nE '#[[:space:]]*include[[:space:]]*<microhttpd' $server | grep -v '^server/http/' |
	rule 'libmicrohttpd is used in server/http/ only.'
grep -nE '#[[:space:]]*include[[:space:]]*<openssl/' $server | grep -vE '^server/(pki|crypto)/' |
	rule 'libcrypto is used in server/pki/ and server/crypto/ only.'
grep -nE '#[[:space:]]*include[[:space:]]*<sqlite3' $server | grep -v '^server/store/sqlite/' |
	rule 'SQLite is used in server/store/sqlite/ only.'
grep -nE '#[[:space:]]*include[[:space:]]*<(curl/|mosquitto)' $server | grep -v '^server/notify/' |
	rule 'libcurl and libmosquitto are used in server/notify/ only.'
grep -nE '\b(gets|strcpy|strcat|sprintf|vsprintf|atoi|atol|strtok|setjmp|longjmp)[[:space:]]*\(' $lib $cli $common $server $weakgen |
	rule 'These functions hide overruns, errors or state: use the bounded or reporting form.'
grep -nE '^[[:space:]]*static[[:space:]]+(uint|int|size_t|bool|char|unsigned|struct)[^(=;]*[;=]' $lib | grep -vE '\bconst\b' |
	rule 'lib/ has no writable static data.'
grep -nE '[[:space:]]+$' $all | rule 'Trailing blanks.'
awk 'FNR == 1 && !/SPDX-License-Identifier: Apache-2.0/ { print FILENAME ":1" }' $all |
	rule 'The first line names the licence: SPDX-License-Identifier.'
awk 'FNR == 1 { if (n > 700) print file ": " n " lines"; file = FILENAME } { n = FNR } END { if (n > 700) print file ": " n " lines" }' $all |
	rule 'A file of more than 700 lines is several rooms.'
grep -rnIE '/(tmp|home|root|work)/[a-z]' --include='*.[ch]' --include='*.build' --include='*.md' --include='*.sh' \
	include lib weakgen common cli server man README.md ARCHITECTURE.md 2>/dev/null | grep -v '/tmp/keyassay' |
	rule 'A path of the machine it was written on.'
exit "$bad"
