# SPDX-License-Identifier: Apache-2.0
# Thin front: each target calls what does the work. `make help` lists them.
SHELL := /bin/bash
MAVEN := mvn --batch-mode --no-transfer-progress
# Ends the cluster whatever happens; the jar is there already.
CLUSTER_TESTS = trap 'scripts/cluster.sh down' EXIT; scripts/cluster.sh up && \
  $(MAVEN) -pl bpf,exporter test-compile surefire:test@cluster-tests

.PHONY: help setup build test demo doctor image compose unit-check chart-check dashboards cluster cluster-test cluster-down collector prometheus docs format format-check clean bench bench-detection
.DEFAULT_GOAL := help

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "%-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install packages, build collector and Prometheus (once)
	@scripts/packages.sh
	@scripts/collector.sh >/dev/null
	@scripts/prometheus.sh >/dev/null

build: ## compile the kernel side and the agent, without tests
	@scripts/packages.sh
	$(MAVEN) --quiet -DskipTests package

test: setup ## every test: unit, kernel (root), collector, Prometheus, real programs, Kubernetes
	@scripts/loaders.sh >/dev/null
	@scripts/grafana.sh >/dev/null
	@rm -rf exporter/target/ways
	@scripts/alertmanager.sh >/dev/null
	@scripts/compose.sh >/dev/null
	$(MAVEN) verify
	@scripts/unit-check.sh
	@scripts/chart.sh check
	@$(CLUSTER_TESTS)
	@java -cp exporter/target/test-classes io.modelwarden.coverage.CoveragePage .

bench: build ## what it costs, beside nothing, an empty program and bpftrace (10 min; ROUNDS=9)
	@scripts/bench.sh $(if $(ROUNDS),--rounds $(ROUNDS))

bench-detection: setup build ## how fast detection is: all lanes on one processor, all rules over 10,000 pods (10 min)
	@scripts/bench-detection.sh $(if $(ONLY),--only $(ONLY))

demo: setup build ## thefts of a model, and what each lane and alert saw of them (HOLD=yes: look around)
	@scripts/demo.sh $(if $(HOLD),--hold)

doctor: build ## would the agent work on this machine?
	@java -jar exporter/target/modelwarden.jar doctor

image: build ## print the path of the agent's container image, made without pulling anything
	@scripts/image.sh

compose: build ## all parts and Grafana in containers on this machine (Docker, and a network to pull from)
	docker compose --file deploy/compose/compose.yaml up --build --detach

unit-check: ## check the systemd unit
	@scripts/unit-check.sh

chart-check: ## lint the Helm chart, compare its examples, try what has to be refused
	@scripts/chart.sh check

cluster: ## a Kubernetes of one node, built from Go modules, in a network namespace of its own
	@scripts/cluster.sh up

cluster-test: setup build ## the chart on the cluster, thefts in pods, and what a collector received of them
	@$(CLUSTER_TESTS)

cluster-down: ## end it and remove all of it
	@scripts/cluster.sh down

dashboards: setup build ## make the boards, ask their queries of a real Prometheus, draw them
	@python3 -B scripts/dashboards/generate.py dashboards
	$(MAVEN) -pl bpf,exporter -Dtest=DashboardQueriesTest -Dsurefire.failIfNoSpecifiedTests=false test-compile surefire:test@system-tests
	@scripts/dashboards/draw/draw.sh docs/images

collector: ## print the path of the collector, building it if there is none
	@scripts/collector.sh

prometheus: ## print the folder of Prometheus, building it if there is none
	@scripts/prometheus.sh

docs: build ## make the reference pages from the code
	@for page in telemetry.TelemetryReference config.ConfigurationReference policy.PolicyFiles; do \
	  java -cp exporter/target/test-classes:exporter/target/modelwarden.jar io.modelwarden.$$page . || exit 1; done
	@$(MAVEN) --quiet -pl bpf,exporter -Dtest=CoveragePageTest -Dsurefire.failIfNoSpecifiedTests=false -Dcoverage.write=true test-compile surefire:test@default-test

format: ## format C and Java
	$(MAKE) --no-print-directory -C bpf format
	$(MAVEN) --quiet spotless:apply

format-check: ## check the format of C and Java
	$(MAKE) --no-print-directory -C bpf format-check
	$(MAVEN) --quiet spotless:check

clean: ## remove what was built in the tree
	$(MAVEN) --quiet clean
	$(MAKE) --no-print-directory -C bpf clean
