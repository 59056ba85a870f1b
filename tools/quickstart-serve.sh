#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# quickstart-serve.sh KEYASSAYD [--once] [OPTIONS FOR KEYASSAYD...] - starts the server on ./keyassay-data, registers the examples as CA
# certificates with the AWS command, audits them, shows the findings, and stays up until it is interrupted; --once ends there.
set -eu
. ./tools/install.sh

keyassayd=$1
shift
once=
if [ "${1:-}" = --once ]; then
	once=yes
	shift
fi
data=$PWD/keyassay-data
log=$data/keyassayd.log

mkdir -p -m 700 "$data"
: >"$log"
say "keyassayd serve --data ./keyassay-data $*"
# Out of reach of the terminal's Ctrl-C, which this script turns into one SIGTERM: a second signal would not let requests end.
setsid "$keyassayd" serve --data "$data" --log-file "$log" "$@" &
server=$!
trap 'kill "$server" 2>/dev/null; wait "$server" || :' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Ready when the log says so; a server that has ended has said why.
tries=300
while ! grep -q 'event"*[=:]"*ready' "$log"; do
	if ! kill -0 "$server" 2>/dev/null || [ "$tries" -eq 0 ]; then
		echo "keyassayd did not start; see also $log" >&2
		exit 1
	fi
	tries=$((tries - 1))
	sleep 0.1
done
address=$(sed -n 's/.*event"*[=:]"*listen.* *"*address"*[=:]"*\([^" ]*\).*/\1/p' "$log" | head -n 1)
endpoint=http://$address

export AWS_SHARED_CREDENTIALS_FILE="$data/credentials" AWS_CONFIG_FILE=/dev/null AWS_DEFAULT_REGION=us-east-1 AWS_PAGER=
unset AWS_PROFILE AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_CA_BUNDLE 2>/dev/null || :
iot()
{
	/usr/bin/aws iot --endpoint-url "$endpoint" "$@"
}

say "aws iot register-ca-certificate, for each of the examples"
for pem in examples/*.pem; do
	if answer=$(iot register-ca-certificate --ca-certificate "file://$pem" --certificate-mode SNI_ONLY --set-as-active 2>&1); then
		printf '%-28s registered\n' "$(basename "$pem")"
	else
		# The AWS command's "An error occurred (NAME) when calling the OPERATION operation: MESSAGE".
		printf '%-28s %s\n' "$(basename "$pem")" \
			"$(echo "$answer" | sed -n 's/^An error occurred (\([^)]*\)) when calling the [A-Za-z]* operation: /\1: /p')"
		case $answer in
		*ResourceAlreadyExistsException* | *CertificateValidationException*) ;;
		*)
			echo "$answer" >&2
			exit 1
			;;
		esac
	fi
done

say "aws iot start-on-demand-audit-task --target-check-names CA_CERTIFICATE_KEY_QUALITY_CHECK"
task=$(iot start-on-demand-audit-task --target-check-names CA_CERTIFICATE_KEY_QUALITY_CHECK --query taskId --output text)
status=IN_PROGRESS
while [ "$status" = IN_PROGRESS ]; do
	status=$(iot describe-audit-task --task-id "$task" --query taskStatus --output text)
done
say "aws iot list-audit-findings --task-id $task"
iot list-audit-findings --task-id "$task" --output table --query 'findings[].{"1 severity":severity,"2 reason":reasonForNonComplianceCode,"3 CA certificate":nonCompliantResource.resourceIdentifier.caCertificateId}'
[ "$status" = COMPLETED ] || exit 1

cat <<TXT

Ask it yourself:
  export AWS_SHARED_CREDENTIALS_FILE=\$PWD/keyassay-data/credentials AWS_DEFAULT_REGION=us-east-1
  aws iot --endpoint-url $endpoint list-audit-findings --task-id $task   # with the evidence
  man ./man/keyassayd.8
TXT
[ -z "$once" ] || exit 0
echo
say "keyassayd listens on $endpoint, its log is keyassay-data/keyassayd.log; Ctrl-C stops it"
wait "$server"
