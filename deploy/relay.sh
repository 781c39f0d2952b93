#!/bin/sh
# Starts the relay. The secret goes through a file, as arguments can be read by everybody on
# the machine.
set -eu
if [ -z "${TURN_SECRET:-}" ]; then
    echo "TURN_SECRET is not set: without it anybody could make credentials" >&2
    exit 1
fi
conf=$(mktemp)
{
    cat "${TURNSERVER_CONF:-/etc/coturn/spotlight.conf}"
    printf '%s\n' "static-auth-secret=$TURN_SECRET" "realm=${TURN_REALM:-spotlight.cam}"
    if [ -n "${TURN_EXTERNAL_IP:-}" ]; then
        printf '%s\n' "external-ip=$TURN_EXTERNAL_IP"
    fi
} >"$conf"
exec turnserver -c "$conf"
