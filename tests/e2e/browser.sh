#!/bin/sh
set -e
jar="$0.jar"
ask() { curl -sS --max-time 20 -b "$jar" -c "$jar" "$@"; }
login="$(ask -o /dev/null -w '%{redirect_url}' "$1")"
csrf="$(ask "$login" | sed -n 's/.*name="_csrf"[^>]*value="\([^"]*\)".*/\1/p')"
back="$(ask -o /dev/null -w '%{redirect_url}' --data-urlencode "_csrf=$csrf" \
  --data-urlencode username=maria.keller --data-urlencode password=Sandbox-1-keller "$login")"
ask "$back" > "$0.page"
