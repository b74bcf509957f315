# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Everything that these targets write outside the checkout is below this folder.
CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/windrose-airflow
INVENTORY ?= inventories/local
PYTHON ?= python3

export PATH := $(CURDIR)/.venv/bin:$(PATH)
export ANSIBLE_CONFIG := $(CURDIR)/ansible.cfg
export ANSIBLE_HOME := $(CACHE)/ansible
export ANSIBLE_REMOTE_TEMP := $(CACHE)/ansible/tmp
export PIP_CACHE_DIR := $(CACHE)/pip
export KUBECACHEDIR := $(CACHE)/kubectl
export HELM_CACHE_HOME := $(CACHE)/helm/cache
export HELM_CONFIG_HOME := $(CACHE)/helm/config
export HELM_DATA_HOME := $(CACHE)/helm/data
export PYTHONDONTWRITEBYTECODE := 1

.DEFAULT_GOAL := help
.PHONY: help run test test-full lint sanity unit unit-ansible integration bench rehearse down clean generate lock

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' Makefile

# By the environment, and as it was typed: a path may hold spaces and dollars.
ifneq ($(origin DAGS),undefined)
run: export WINDROSE_DAGS = $(value DAGS)
endif
run: .venv/run ## Make the local cluster and a working Airflow on it; DAGS=folder: with these DAGs
	ansible-playbook site.yml -i $(INVENTORY)

test: .venv/test ## Run everything that CI runs
	scripts/test.sh

test-full: .venv/test ## Run everything, with every kill point
	WINDROSE_SINGLE_SIGN_ON=1 WINDROSE_POD_SECURITY_LEVELS="restricted baseline" WINDROSE_KILLS=20 WINDROSE_KILL_POINTS=all WINDROSE_WRONG_RUNS=400 WINDROSE_LEAK_RUNS=200 WINDROSE_REHEARSALS="dev prod" WINDROSE_MOLECULE=1 scripts/test.sh

lint: .venv/test ## Check style and documentation
	scripts/lint.sh

sanity: .venv/test ## Run ansible-test sanity on a copy of the collection
	scripts/sanity.sh

unit: .venv/test ## Run the tests that need no cluster
	@# One process for each file, because what a file prepares takes longer than its tests.
	python -m pytest --numprocesses 2 --dist loadfile tests/unit

unit-ansible: ## Run them with another ansible-core: make unit-ansible ANSIBLE_CORE=2.21 PYTHON=python3.12
	@: $(or $(ANSIBLE_CORE),$(error Say which one, with ANSIBLE_CORE=2.21, and a Python that it runs on, with PYTHON=python3.12))
	scripts/unit_with_ansible_core.sh $(PYTHON) $(ANSIBLE_CORE)

integration: .venv/test ## Run the tests of the modules against the running local cluster
	@# Most of their time is spent waiting for the cluster, each in a namespace of its own.
	python -m pytest --numprocesses 6 --dist worksteal tests/integration

bench: .venv/test ## Compare speed and memory with peers
	python benchmarks/local_run.py
	python benchmarks/release.py
	python benchmarks/manifests.py
	python benchmarks/pod_creation.py

rehearse: .venv/run ## Run an environment whole on this machine: make rehearse ENV=prod
	@: $(or $(ENV),$(error Say which one, with ENV=prod; for an inventory of your own run scripts/rehearse -i FOLDER))
	scripts/rehearse -i inventories/$(ENV)

down: .venv/run ## Remove the local cluster and that of a rehearsal; keep the cache
	@# One that was killed may have been made from another checkout.
	[ ! -e .rehearsal ] && [ ! -e $(CACHE)/clusters/windrose-rehearsal.json ] || ansible-playbook playbooks/rehearsal_down.yml
	ansible-playbook playbooks/local_down.yml -i $(INVENTORY)

clean: ## Remove the local cluster, the virtual environment and the cache
	scripts/clean.sh "$(CACHE)"

generate: .venv/test ## Write the documentation of options from their declarations
	PYTHONPATH=collections python scripts/generate.py

lock: .venv/test ## Update the pins of the Python requirements
	scripts/lock.sh

.venv/run: requirements.txt scripts/virtual_environment.sh
	scripts/virtual_environment.sh $(PYTHON) .venv requirements.txt
	@touch $@

.venv/test: .venv/run requirements-test.txt
	scripts/virtual_environment.sh $(PYTHON) .venv requirements-test.txt
	@touch $@
