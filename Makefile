# Two commands for a new user: make demo, make test. Needs Debian's python3 (3.11 to 3.13), python3-venv and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.locked
SOURCES ?= sources.yaml
PORT ?= 8080

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export AIRFLOW__USAGE_DATA_COLLECTION__ENABLED := False
export DBT_SEND_ANONYMOUS_USAGE_STATS := false

.PHONY: help demo run up down marts test check compose-test fuzz sim quality floors bench lock clean

help: ## Show this help
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

$(STAMP): requirements.lock pyproject.toml
	@echo "Installing what requirements.lock names into $(VENV) (about a minute, once)"
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { echo "Dateline needs Python 3.11 to 3.13; set PYTHON=/path/to/python3"; exit 1; }
	@test -x "$(BIN)/python" || $(PYTHON) -m venv "$(VENV)"
	@"$(BIN)/python" -m pip install --quiet --no-deps --require-hashes -r requirements.lock
	@"$(BIN)/python" -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch "$(STAMP)"

demo: $(STAMP) ## One hour of an invented news world through the real DAG, on a real database
	@"$(BIN)/dateline" demo

run: $(STAMP) ## The same for real feeds, without Airflow: make run SOURCES=sources.yaml
	@"$(BIN)/dateline" run --sources "$(SOURCES)"

up: $(STAMP) ## Airflow with its UI on loopback, hourly: make up PORT=8080 SOURCES=sources.yaml
	@"$(BIN)/dateline" sources sync "$(SOURCES)"
	@"$(BIN)/python" deploy/airflow_local.py up --port $(PORT)

marts: $(STAMP) ## Build and test the dbt project in sql/ on the warehouse
	@"$(BIN)/python" -m pipeline.warehouse.dbt build

down: $(STAMP) ## Stop what make up started
	@"$(BIN)/python" deploy/airflow_local.py down

test: $(STAMP) ## The whole suite: real PostgreSQL, real Airflow, real HTTP on loopback
	@"$(BIN)/python" -m pytest -q -n 2 --dist loadfile

check: $(STAMP) ## Style, types, imports, migrations
	@"$(BIN)/ruff" check .
	@"$(BIN)/ruff" format --check .
	@"$(BIN)/mypy"
	@"$(BIN)/lint-imports"
	@"$(BIN)/python" -m pytest -q tests/warehouse/test_schema.py

fuzz: $(STAMP) ## Hypothesis at length: thousands of examples a property
	@HYPOTHESIS_PROFILE=fuzz DATELINE_TESTS=long "$(BIN)/python" -m pytest -q -m "not airflow and not gold" tests/dateline tests/dedup tests/extract tests/fetch tests/flow tests/poll tests/test_urls.py --timeout 3600

sim: $(STAMP) ## Long simulations: every day of every recorded feed, workers killed again and again
	@DATELINE_TESTS=long "$(BIN)/python" -m pytest -q tests/integration tests/warehouse --timeout 3600

compose-test: ## Bring docker-compose.yml up for real, ingest, check, and take it down (needs Docker)
	@tests/compose/run

quality: $(STAMP) ## Scores on the gold sets beside the checkout, against the floors in quality.toml
	@"$(BIN)/python" bench/quality.py

floors: $(STAMP) ## The same without the baselines: what CI asks
	@"$(BIN)/python" bench/quality.py --floors

BENCHES ?= dateline urls extract feeds poll polling hostile dedup archive pages flow latency

bench: $(STAMP) ## What each part costs, beside what others cost in the same run: make bench BENCHES="poll feeds"
	@set -e; for name in $(BENCHES); do echo "== bench/$$name.py"; "$(BIN)/python" bench/$$name.py; done

lock: ## Resolve requirements.lock and deploy/requirements.lock anew (needs uv)
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --extra dev pyproject.toml -o requirements.lock
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --extra image --constraint requirements.lock pyproject.toml -o deploy/requirements.lock

clean: ## Stop the embedded servers, remove the environment and local data
	-@test -x "$(BIN)/python" && "$(BIN)/python" deploy/airflow_local.py down
	-@test -x "$(BIN)/python" && "$(BIN)/python" -m pipeline.warehouse.server stop --data-dir .dateline
	-@test -x "$(BIN)/python" && "$(BIN)/python" -m pipeline.warehouse.server stop --data-dir .dateline/demo
	rm -rf "$(VENV)" .dateline build ./*.egg-info
