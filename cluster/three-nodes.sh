#!/usr/bin/env bash
# Three gateways and three small upstreams on this machine, in one cluster.
#   cluster/three-nodes.sh           starts them and says what to try; Ctrl-C ends them
#   cluster/three-nodes.sh --check   tries it itself, and exits with 1 if the three do not agree
# Ports may be given by LBLC_WEB_PORTS ("8081 8082 8083"), LBLC_ADMIN_PORTS ("9911 9912 9913"),
# LBLC_UPSTREAM_PORTS ("9101 9102 9103") and LBLC_MEMBER_PORT (5701, and the two after it).
set -euo pipefail

case "${1:-}" in
  "" | --check) ;;
  *) sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
jar=$project/target/vertx-lblc.jar
if [[ ! -f $jar ]]; then
  echo "$jar is not there. Build it: mvn -B -f $project/pom.xml package -DskipTests" >&2
  exit 1
fi
java=java
if [[ -n ${JAVA_HOME:-} ]]; then java=$JAVA_HOME/bin/java; fi
for tool in "$java" curl; do
  command -v "$tool" >/dev/null || { echo "$tool is needed and not there" >&2; exit 1; }
done

read -ra web <<<"${LBLC_WEB_PORTS:-8081 8082 8083}"
read -ra admin <<<"${LBLC_ADMIN_PORTS:-9911 9912 9913}"
read -ra upstream <<<"${LBLC_UPSTREAM_PORTS:-9101 9102 9103}"
member=${LBLC_MEMBER_PORT:-5701}
for ports in "${web[*]}" "${admin[*]}" "${upstream[*]}"; do
  [[ $ports =~ ^[0-9]+\ [0-9]+\ [0-9]+$ ]] || { echo "\"$ports\": three ports are needed" >&2; exit 1; }
done

folder=$(mktemp -d "${TMPDIR:-/tmp}/lblc-three-nodes.XXXXXX")
pids=()
end() {
  trap '' INT TERM EXIT
  if ((${#pids[@]})); then
    kill -TERM "${pids[@]}" 2>/dev/null || true
    wait "${pids[@]}" 2>/dev/null || true
  fi
  rm -rf "$folder"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# As shipped, but for the port and a name that other clusters on this machine do not have.
sed -e "s/cluster-name: lblc/cluster-name: lblc-three-nodes-$$/" -e "s/port: 5701/port: $member/" \
  "$project/cluster/hazelcast.yaml" >"$folder/hazelcast.yaml"
servers=
names=(one two three)
for i in 0 1 2; do
  servers+="${servers:+, }{\"id\": \"${names[i]}\", \"host\": \"127.0.0.1\", \"port\": ${upstream[i]}}"
done
for i in 0 1 2; do
  cat >"$folder/node-$((i + 1)).json" <<JSON
{
  "listeners": [{"name": "web", "protocol": "http", "host": "127.0.0.1", "port": ${web[i]}}],
  "routes": [{"listener": "web", "service": "demo", "destination": ["{path}"]}],
  "services": {
    "demo": {
      "strategy": "lblc",
      "servers": [$servers],
      "health": {"passive": {"failures": 5, "eject": "10s"}}
    }
  },
  "cluster": {"enabled": true, "node": "node-$((i + 1))", "config": "$folder/hazelcast.yaml"},
  "admin": {"port": ${admin[i]}}
}
JSON
done

# start NAME ARGUMENT...
start() {
  local name=$1
  shift
  : >"$folder/$name.log" # a slow machine may look into it before the process below has opened it
  # Not from the terminal's process group: a Ctrl-C reaches this script, which ends them in order.
  set -m
  "$java" -Xmx192m -jar "$jar" "$@" </dev/null >"$folder/$name.log" 2>&1 &
  set +m
  pids+=("$!")
}

await_ready() {
  local name=$1 pid=$2 deadline=$((SECONDS + 60))
  until grep -q '^ready: ' "$folder/$name.log"; do
    if ! kill -0 "$pid" 2>/dev/null || ((SECONDS > deadline)); then
      echo "$name did not start:" >&2
      tail -n 20 "$folder/$name.log" >&2
      exit 1
    fi
    sleep 0.1
  done
}

# until_holds SECONDS COMMAND...: false if it did not come true in time.
until_holds() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.2
  done
}

ask() { curl -sS --max-time 5 "http://127.0.0.1:$1$2"; }

# Every node has a report of all three.
all_hear_each_other() {
  local port
  for port in "${admin[@]}"; do
    [[ $(ask "$port" /api/v1/cluster | grep -o '"reportAgeMillis": *[0-9]' | wc -l) == 3 ]] || return 1
  done
}

homes() { ask "$1" "/api/v1/services/demo/destinations?limit=1000" | tr -d ' \n' | grep -o '"destination":"[^"]*","homes":\[[^]]*\]'; }

# All nodes have the same homes, of so many destinations.
same_homes() {
  local first
  first=$(homes "${admin[0]}" | sort)
  [[ $(wc -l <<<"$first") == "$1" ]] || return 1
  [[ $(homes "${admin[1]}" | sort) == "$first" && $(homes "${admin[2]}" | sort) == "$first" ]]
}

check() {
  until_holds 60 all_hear_each_other || { echo "the nodes do not hear each other" >&2; return 1; }
  local i path answers
  for i in {1..30}; do
    ask "${web[i % 3]}" "/check-$i" >/dev/null
  done
  until_holds 20 same_homes 30 || { echo "the nodes do not have the same homes" >&2; return 1; }
  for i in {1..30}; do
    path=/check-$i
    answers=$(for port in "${web[@]}"; do ask "$port" "$path"; done | sort -u)
    if [[ ! $answers =~ ^(one|two|three)\ cached\ $path$ ]]; then
      printf 'the nodes answer %s differently:\n%s\n' "$path" "$answers" >&2
      return 1
    fi
  done
  echo "OK: 30 destinations, asked for at one of three nodes, have the same home on all"
}

[[ ${1:-} == --check ]] || echo "Starting three gateways, which takes 10 to 30 s ..."
start upstreams upstreams "$folder/node-1.json"
for i in 1 2 3; do
  start "node-$i" run "$folder/node-$i.json"
done
await_ready upstreams "${pids[0]}"
for i in 1 2 3; do
  await_ready "node-$i" "${pids[i]}"
done

if [[ ${1:-} == --check ]]; then
  check
  exit
fi

cat <<TEXT
Three gateways run. A URL has one home, whichever of them is asked:
  curl localhost:${web[0]}/cats
  curl localhost:${web[1]}/cats
  curl localhost:${web[2]}/cats
Who is in the cluster, and how fresh the reports of connections are:
  curl localhost:${admin[0]}/api/v1/cluster
The destinations and their homes, the same on each node:
  curl localhost:${admin[1]}/api/v1/services/demo/destinations
Kill one and ask the others again:
  kill -9 ${pids[3]}    # node-3
Logs are in $folder until the end. Ctrl-C ends all.
TEXT
wait
